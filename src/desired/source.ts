// Takes any source that a topology can be given as, says which kind it is, and resolves it.

import { resolve } from './resolve.ts';
import type { Deployment } from './deployment.ts';
import { loadTopology } from './load.ts';
import type { Recorded } from './ports.ts';
import type { Loaded, Problem } from './problem.ts';
import { type Topology, topologySchema } from './schema.ts';
import { loadServersTsv } from './servers-tsv.ts';
import { looksLikeTable } from './tsv-table.ts';

export interface SourceOptions {
  name?: string;
  portBase?: number;
  target?: 'local';
  recorded?: Recorded;
  /** servers.tsv only: ENV, POOL, and which addresses. */
  env?: string;
  pool?: string;
  via?: 'private' | 'public';
}

export interface LoadedSource {
  deployment?: Deployment;
  topology?: Topology;
  /** Every problem once, in the order of the file. */
  errors: Problem[];
  warnings: Problem[];
}

type Kind = 'vigie.yaml' | 'servers.tsv';

/** Never throws. With any error there is neither a topology nor a deployment. */
export function loadSource(text: string, file: string, options: SourceOptions = {}): LoadedSource {
  const kind = kindOf(text, file);
  if (kind === undefined) return { errors: [unknownKind(file)], warnings: [] };
  const loaded: Loaded = kind === 'servers.tsv' ? loadServersTsv(text, file, options) : loadTopology(text, file, options);
  const { topology, errors, warnings, locate } = loaded;
  if (topology === undefined) return { errors, warnings };
  const resolved = resolve(topology, { kind, file }, { ...options, ...(locate === undefined ? {} : { locate }) });
  if (resolved.deployment === undefined) return { errors: resolved.errors, warnings: distinct([...warnings, ...resolved.warnings]) };
  return { deployment: resolved.deployment, topology, errors: [], warnings: distinct([...warnings, ...resolved.warnings]) };
}

/** By name where it says enough, else by content. */
function kindOf(text: string, file: string): Kind | undefined {
  if (/\.tsv$/i.test(file)) return 'servers.tsv';
  if (/\.(ya?ml|json)$/i.test(file)) return 'vigie.yaml';
  if (looksLikeTable(text, ['HOSTNAME', 'ROLE'])) return 'servers.tsv';
  const keys = Object.keys(topologySchema.shape);
  const named = text.split(/\r\n|\n|\r/).some((line) => keys.includes(/^["']?([A-Za-z]+)["']?\s*:/.exec(line.replace(/^\uFEFF/, ''))?.[1] ?? ''));
  return named ? 'vigie.yaml' : undefined;
}

function unknownKind(file: string): Problem {
  return {
    file,
    line: 1,
    column: 1,
    message: 'this is neither a vigie.yaml nor a servers.tsv.',
    next: 'give one of the two with -f, or write one with vigie init',
  };
}

function distinct(problems: Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ line, column, message }) => {
    const key = `${line}:${column}:${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
