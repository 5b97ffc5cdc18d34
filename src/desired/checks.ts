// What a topology says may be well written and still wrong: the checks across its sections, each with what to write instead.

import { configChecks } from './check-config.ts';
import { hostChecks } from './check-hosts.ts';
import { shapeChecks } from './check-shape.ts';
import { timeChecks } from './check-times.ts';
import { type CheckContext, type Overrides, filled } from './defaults.ts';
import type { Finding, Path } from './problem.ts';
import { type Check, readable } from './readable.ts';
import type { Topology } from './schema.ts';

const checks: Check[] = [...shapeChecks, ...timeChecks, ...configChecks, ...hostChecks];

/** `broken`: where the reader found errors already. Every check runs whose own inputs can be read. */
export function checkTopology(topology: Topology, overrides: Overrides = {}, broken: readonly Path[] = []): Finding[] {
  const context: CheckContext = {
    topology,
    filled: filled(topology, overrides),
    rehearsal: overrides.target === 'local' && topology.target !== 'local',
    broken: overrides.target === undefined ? broken : broken.filter(([key]) => key !== 'target'),
  };
  return checks.filter(({ reads }) => reads.every((read) => readable(context, read))).flatMap(({ run }) => run(context));
}
