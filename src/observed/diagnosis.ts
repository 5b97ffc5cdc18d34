// A trouble by its name: what `diagnose` says, and what screens and documents show.

import type { diagnosisCodes } from '../shared/diagnosis-codes.ts';

export interface Diagnosis {
  code: keyof typeof diagnosisCodes;
  /** `error`: an endpoint does not serve, or a guarantee does not hold now. `warning`: it serves, with less behind it. */
  severity: 'warning' | 'error';
  sentence: string;
  next: string;
  /** Ids of the nodes that it is about. */
  nodes: string[];
}
