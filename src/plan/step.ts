// A plan is a value: plain JSON, steps with a kind. One `describe` says what a step does; one exhaustive switch (apply/) does it.

import type { Code } from '../shared/codes.ts';

/** In order; each is a barrier, proved before the next begins. `return`: what has run before comes back behind its boot gate,
 *  Sentinels and Redis together, because the gate asks the Sentinels. */
export const stages = ['packages', 'tuning', 'files', 'return', 'master', 'replicas', 'sentinels', 'proxies', 'proof'] as const;
export type Stage = (typeof stages)[number];

/** What a step puts at risk: nothing; a process restarts; the role of a node changes; data. */
export type Risk = 'none' | 'restart' | 'role' | 'data';

export type StepBody =
  | { kind: 'install'; machine: string; packages: string[] }
  | { kind: 'write-files'; node: string; files: string[] }
  | { kind: 'start'; node: string }
  | { kind: 'stop'; node: string }
  | { kind: 'restart'; node: string }
  /** `persist` false: for the length of the run only; a later step of the same plan sets it back. */
  | { kind: 'config-set'; node: string; parameter: string; from: string | null; to: string; persist: boolean }
  | { kind: 'acl-set'; node: string; user: string }
  | { kind: 'follow'; node: string; master: string }
  | { kind: 'sentinel-monitor'; node: string; master: string }
  | { kind: 'sentinel-set'; node: string; option: string; from: string; to: string }
  /** SENTINEL DEBUG: for now only, lost at its restart. */
  | { kind: 'sentinel-debug'; node: string; option: 'ping-period'; fromMs: number; toMs: number }
  | { kind: 'permit'; node: string }
  /** `to` null: whoever is master, or in sync, when the step is done (not known while everything is down). */
  | { kind: 'write-route'; node: string; to: string | null }
  | { kind: 'read-route'; node: string; to: string[] | null }
  | { kind: 'remove-files'; node: string };

export type Step = StepBody & {
  /** Stable within a plan and across runs for the same act: `start/redis-1`. */
  id: string;
  stage: Stage;
  sentence: string;
  reason: string;
  risk: Risk;
};

export interface Refusal {
  code: Code;
  sentence: string;
  next: string;
}

export interface Plan {
  steps: Step[];
  /** Not empty: nothing is done at all. */
  refused: Refusal[];
  /** Worth saying, nothing to do about it here: foreign ACL users, an unreachable node that the rest can do without. */
  notes: string[];
}

/** The plan without what comes after a stage (R11: each stage can be asked for alone). */
export function upTo(plan: Plan, last: Stage | undefined): Plan {
  if (last === undefined) return plan;
  return { ...plan, steps: plan.steps.filter((step) => stages.indexOf(step.stage) <= stages.indexOf(last)) };
}
