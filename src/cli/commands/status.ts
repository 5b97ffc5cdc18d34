// `vigie status`: one screen of what is there now; exit 2 when it is not ok.

import { statusOf } from '../../observed/status.ts';
import type { Io } from '../io.ts';
import { watchStatus } from '../live.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../session.ts';
import { statusView } from '../views/status.ts';

export async function run([file]: string[], options: CommonOptions, io: Io): Promise<number> {
  return withSession(file, options, io, async (session) => {
    if (options.watch === true) {
      await watchStatus(session, io, io.signal);
      return io.signal.aborted ? 130 : 0;
    }
    const status = statusOf(session.deployment, await session.observe());
    if (io.json) io.document(status);
    else io.out(statusView(status, { colour: io.colour, width: io.width }));
    return status.state === 'ok' ? 0 : 2;
  });
}
