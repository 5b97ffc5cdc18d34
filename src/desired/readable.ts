// Which parts of a topology with errors can a check still rely on?

import type { CheckContext } from './defaults.ts';
import { type AskedNode, askedNodes } from './nodes.ts';
import type { Finding, Path } from './problem.ts';

export interface Check {
  /** What it reads: with an error there its verdict would be a guess, so it waits. `redis.on` is the list and its length,
   *  `redis.on.*` also what its entries say; `sentinel` is only that the section is there. */
  reads: string[];
  run: (context: CheckContext) => Finding[];
}

/** Whose value the default of a key follows. */
const defaultFrom: Record<string, string> = {
  'redis.persistence': 'profile',
  'redis.maxmemory': 'profile',
  'sentinel.downAfter': 'profile',
  'sentinel.failoverTimeout': 'profile',
  'proxy.holdFor': 'sentinel.downAfter',
};

export function readable(context: CheckContext, read: string): boolean {
  const deep = read.endsWith('.*');
  const path = read.split('.').slice(0, deep ? -1 : undefined);
  const wrong = context.broken.some((place) => startsWith(path, place) || (deep && startsWith(place, path)));
  const source = defaultFrom[read];
  return !wrong && (source === undefined || isWritten(context.topology, path) || readable(context, source));
}

/** The nodes whose entries in `on` can be read. */
export function readableNodes({ topology, broken }: CheckContext): AskedNode[] {
  return askedNodes(topology).filter(({ path }) => !broken.some((place) => startsWith(path, place) || startsWith(place, path)));
}

/** Mode sentinel; where the mode cannot be read, a section of Sentinels says it. */
export function hasSentinels(context: CheckContext): boolean {
  return context.filled.mode === 'sentinel' && (context.topology.sentinel !== undefined || readable(context, 'mode'));
}

function startsWith(path: Path, beginning: Path): boolean {
  return beginning.length <= path.length && beginning.every((step, index) => step === path[index]);
}

function isWritten(topology: unknown, path: Path): boolean {
  const value = path.reduce<unknown>(
    (here, step) => (typeof here === 'object' && here !== null ? (here as Record<string, unknown>)[step] : undefined),
    topology,
  );
  return value !== undefined;
}
