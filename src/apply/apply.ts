// Makes it so: observe, plan, run, and again, until nothing is left to do and everything is seen to be as asked. A crash of ours
// changes nothing: running again begins with a fresh look and finishes the job (law 6).

import { type PlanContext, isFresh } from '../plan/context.ts';
import { plan as planFor, unsettled } from '../plan/plan.ts';
import { type Plan, type Stage, upTo } from '../plan/step.ts';
import type { Code } from '../shared/codes.ts';
import { VigieError } from '../shared/errors.ts';
import type { Snapshot } from '../observed/snapshot.ts';
import type { RunContext } from './run-context.ts';
import { runPlan } from './run.ts';

export interface ApplyOptions {
  /** Stop after this stage (R11): later steps are left, and nothing waits for what they would bring. */
  until?: Stage;
  /** How long a deployment may take to settle after the last step, without a sign of progress. */
  settleMs?: number;
}

export interface Applied {
  /** Ids of all steps that were done, over all rounds. */
  steps: string[];
  snapshot: Snapshot;
}

const pauseMs = 60;

/** The roles moved between the look and the act: a new look knows better. */
const overtaken: ReadonlySet<string> = new Set(['PLAN_STALE', 'ROUTE_UNSAFE', 'CONNECTION_LOST'] satisfies Code[]);

/** Runs `first` (which the user has seen) and whatever later looks still find. Rejects with a VigieError; what was done stays done. */
export async function apply(first: Plan, seen: Snapshot, planContext: PlanContext, context: RunContext, options: ApplyOptions = {}): Promise<Applied> {
  const { deployment } = context;
  const settleMs = options.settleMs ?? 60_000;
  const done: string[] = [];
  let plan = upTo(first, options.until);
  let snapshot = seen;
  let lastProgress = performance.now();
  let lastOpen = '';
  for (let round = 0; ; ) {
    if (plan.refused.length > 0) throw refusal(plan);
    if (plan.steps.length > 0) {
      if (++round > 12) throw new VigieError('NOT_SETTLED', `the plan is still not empty after ${round - 1} rounds: ${plan.steps[0]?.sentence}`);
      // What returns may come back in another role than it had: after that stage, everything else is planned anew.
      const fresh = isFresh(deployment, snapshot);
      const ran = new Set<Stage>();
      try {
        await runPlan(plan, snapshot, context, (stage) => {
          ran.add(stage);
          return stage === 'return' && !fresh ? 'stop' : 'go on';
        });
      } catch (error) {
        if (!(error instanceof VigieError) || !overtaken.has(error.code) || round > 5) throw error;
        context.emit({ kind: 'note', sentence: `${error.message}; looking again` });
      }
      done.push(...plan.steps.filter((step) => ran.has(step.stage)).map((step) => step.id));
      lastProgress = performance.now();
    } else {
      const open = options.until === undefined || options.until === 'proof' ? unsettled(deployment, snapshot) : [];
      if (open.length === 0) return { steps: done, snapshot };
      if (open.join() !== lastOpen) {
        lastOpen = open.join();
        lastProgress = performance.now();
        context.emit({ kind: 'waiting', for: open });
      }
      if (performance.now() - lastProgress > settleMs)
        throw new VigieError('NOT_SETTLED', `nothing more to do, but after ${Math.round(settleMs / 1000)} s not all is well`, { details: open });
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    if (context.signal?.aborted) throw new VigieError('INTERRUPTED', 'interrupted between two looks');
    snapshot = await context.observe();
    plan = upTo(planFor(deployment, snapshot, planContext), options.until);
  }
}

export function refusal(plan: Plan): VigieError {
  const [first, ...more] = plan.refused;
  if (first === undefined) throw new Error('a refused plan has a refusal');
  return new VigieError(first.code, first.sentence, { next: first.next, details: more.map((other) => `${other.code}: ${other.sentence}`), exit: 1 });
}
