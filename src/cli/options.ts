// What commands may be given on the command line, by the names that commander gives the options.

import type { Stage } from '../plan/step.ts';

/** What every command may be given. */
export interface CommonOptions {
  file?: string;
  json?: boolean;
  verbose?: boolean;
  name?: string;
  portBase?: number;
  target?: 'local';
  inventoryEnv?: string;
  pool?: string;
  events?: string;
  yes?: boolean;
  dryRun?: boolean;
  confirm?: string;
  until?: Stage;
  install?: boolean;
  detach?: boolean;
  wait?: boolean;
  coldStart?: string;
  purge?: boolean;
  out?: string;
  format?: string;
  junit?: string;
  follow?: boolean;
  lines?: number;
  watch?: boolean;
  for?: string;
  timeout?: string;
  from?: string;
  profile?: string;
  mode?: string;
  via?: 'private' | 'public';
}
