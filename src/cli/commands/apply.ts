// `vigie apply`: shows the plan, asks, makes it so.

import { change, reachedView } from '../change.ts';
import type { Io } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../session.ts';

export async function run([file]: string[], options: CommonOptions, io: Io): Promise<number> {
  return withSession(file, options, io, async (session) => {
    const { name } = session.deployment;
    const { steps, snapshot } = await change(session, options, io, { command: 'apply', ask: true });
    if (io.json) io.document({ schema: 1, name, steps, dryRun: options.dryRun === true });
    else if (options.dryRun === true) io.out('next: vigie apply');
    else if (options.until !== undefined) io.out(reachedView(session, snapshot, options.until, io));
    else
      io.out(
        steps.length === 0
          ? `${name} is as asked: nothing to do`
          : `${name}: done, ${steps.length} ${steps.length === 1 ? 'step' : 'steps'}\nnext: vigie verify`,
      );
    return 0;
  });
}
