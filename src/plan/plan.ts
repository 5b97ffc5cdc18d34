// From what was asked and what was seen to what is to be done: one pure function, one value. Law 1 holds here: on a healthy
// deployment the plan is empty whatever failovers happened, because roles come from the Sentinels and ROLE, never from the file.

import type { Deployment } from '../desired/deployment.ts';
import { authority, failoverRuns } from '../observed/authority.ts';
import { diagnose } from '../observed/diagnose.ts';
import type { Snapshot } from '../observed/snapshot.ts';
import type { Code } from '../shared/codes.ts';
import { coldStartSteps } from './cold-start.ts';
import { type PlanContext, following, isFresh, seedMaster } from './context.ts';
import { aclSteps, configSteps, fileSteps, followSteps, sentinelSteps } from './drift.ts';
import { guard } from './guards.ts';
import { routeSteps } from './routes.ts';
import { freshSteps, installSteps, startSteps } from './start.ts';
import { type Plan, type Step, stages } from './step.ts';

export function plan(asked: Deployment, snapshot: Snapshot, context: PlanContext): Plan {
  const refused = guard(asked, snapshot, context);
  if (refused.length > 0) return { steps: [], refused, notes: [] };
  if (isFresh(asked, snapshot)) return ordered([...installSteps(asked, snapshot, context), ...freshSteps(asked, snapshot)], []);

  const who = authority(asked, snapshot);
  const deployment = following(asked, seedMaster(asked, snapshot, who));
  const notes: string[] = [];
  const moving = failoverRuns(asked, snapshot);
  if (moving) notes.push('the Sentinels are failing over: roles and routes are left to them until they have agreed');
  const cold = coldStartSteps(deployment, snapshot, context, who);
  if (cold.refused.length > 0) return { steps: [], refused: cold.refused, notes };
  const steps = [
    ...installSteps(deployment, snapshot, context),
    ...fileSteps(deployment, snapshot),
    ...startSteps(deployment, snapshot),
    ...cold.steps,
    ...configSteps(deployment, snapshot, who, refused),
    ...aclSteps(deployment, snapshot, notes),
    ...(moving ? [] : followSteps(deployment, snapshot, who)),
    ...sentinelSteps(deployment, snapshot, who),
    ...(moving ? [] : routeSteps(deployment, snapshot, who)),
  ];
  if (refused.length > 0) return { steps: [], refused, notes };
  return ordered(steps, notes);
}

/** Troubles that no waiting and no step of a plan mends: they are told by `status`, and do not keep an apply from ending. */
const lasting: ReadonlySet<string> = new Set([
  'MEMORY_FULL',
  'MISCONF',
  'SENTINEL_GHOST',
  'SENTINEL_TILT',
  'REPLICA_LAGGING',
  'MACHINE_UNSEEN',
] satisfies Code[]);

/** What is not yet as it should be, one sentence each: an apply is done when its plan is empty and this list too. */
export function unsettled(deployment: Deployment, snapshot: Snapshot): string[] {
  return diagnose(deployment, snapshot).flatMap(({ code, sentence }) => (lasting.has(code) ? [] : [sentence]));
}

function ordered(steps: Step[], notes: string[]): Plan {
  const rank = (step: Step): number => stages.indexOf(step.stage);
  return { steps: [...steps].sort((a, b) => rank(a) - rank(b)), refused: [], notes };
}
