// One check: what it is called, how it is run, and what its outcome is worth. What could not be seen is unknown, never passed.

import { messageOf } from '../shared/errors.ts';
import { type SecretValues, unfill } from '../shared/template.ts';
import { HaproxyUnreachable } from '../target/haproxy.ts';
import { RedisUnreachable } from '../target/redis.ts';

export interface Check {
  /** `write/proxy-1`: the kind, and the node it is about. */
  id: string;
  /** What is true when it passes. */
  title: string;
  /** Resolves with what was seen. Rejects with `Failed`, `Unclear` or `Skipped`; a connection that could not be had counts as unclear, anything
   *  else (an error reply) as failed. */
  run(): Promise<string>;
}

export interface CheckResult {
  id: string;
  title: string;
  result: 'pass' | 'fail' | 'unknown' | 'skipped';
  /** One line of what was seen; never a password. */
  evidence: string;
  tookMs: number;
}

/** It was seen, and it is not as it should be. */
export class Failed extends Error {}
/** It could not be seen. */
export class Unclear extends Error {}
/** It rests on something that failed already. */
export class Skipped extends Error {}

export async function runCheck(check: Check, secrets: SecretValues, deadlineMs: number): Promise<CheckResult> {
  const startedMs = performance.now();
  const done = (result: CheckResult['result'], evidence: string): CheckResult => ({
    id: check.id,
    title: check.title,
    result,
    evidence: unfill(evidence.replace(/\s+/g, ' ').trim(), secrets),
    tookMs: Math.round(performance.now() - startedMs),
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Unclear(`no result within ${deadlineMs} ms`)), deadlineMs);
  });
  try {
    return done('pass', await Promise.race([check.run(), late]));
  } catch (error) {
    return done(outcomeOf(error), messageOf(error));
  } finally {
    clearTimeout(timer);
  }
}

function outcomeOf(error: unknown): CheckResult['result'] {
  if (error instanceof Skipped) return 'skipped';
  // A refused login is an answer.
  if (error instanceof RedisUnreachable) return error.why === 'auth' ? 'fail' : 'unknown';
  return error instanceof Unclear || error instanceof HaproxyUnreachable ? 'unknown' : 'fail';
}
