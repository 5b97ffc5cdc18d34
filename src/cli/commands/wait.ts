// `vigie wait --for ok`: returns as soon as the deployment is in that state; exit 2 when it is not within the time given.

import { statusOf } from '../../observed/status.ts';
import { durationMs } from '../../desired/units.ts';
import { VigieError } from '../../shared/errors.ts';
import type { Io } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../session.ts';

const pauseMs = 200;

export async function run(_: string[], options: CommonOptions, io: Io): Promise<number> {
  const timeoutMs = durationMs(options.timeout ?? '60s');
  if (timeoutMs === undefined) throw new VigieError('USAGE', `--timeout ${options.timeout} is not a duration`, { next: '--timeout 60s' });
  return withSession(undefined, options, io, async (session) => {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const status = statusOf(session.deployment, await session.observe());
      const reached = status.state === options.for;
      if (reached || performance.now() > deadline || io.signal.aborted) {
        if (io.signal.aborted) throw new VigieError('INTERRUPTED', `interrupted while ${session.deployment.name} was ${status.state}`);
        if (io.json) io.document(status);
        else io.out(`${session.deployment.name} is ${status.state}: ${status.sentence}`);
        if (!reached) io.err(`waited ${options.timeout} for it to be ${options.for}, in vain\nnext: vigie status`);
        return reached ? 0 : 2;
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  });
}
