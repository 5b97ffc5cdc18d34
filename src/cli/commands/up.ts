// `vigie up`: apply, verify, and stay: a live view in the foreground, taken down by Ctrl-C or when the parent disappears.

import { change, reachedView } from '../change.ts';
import { takeDown } from '../down.ts';
import type { Io } from '../io.ts';
import { watchStatus } from '../live.ts';
import type { CommonOptions } from '../options.ts';
import { type Session, withSession } from '../session.ts';
import { proved } from './verify.ts';

export async function run([file]: string[], options: CommonOptions, io: Io): Promise<number> {
  const parent = process.ppid;
  return withSession(
    file,
    options,
    io,
    async (session) => {
      const { snapshot } = await change(session, options, io, { command: 'up', ask: false });
      if (options.until !== undefined && options.until !== 'proof') {
        io.out(reachedView(session, snapshot, options.until, io));
        return 0;
      }
      const verification = await proved(session, options, io);
      if (verification > 0) io.err('next: vigie status');
      if (options.detach === true) {
        io.err(lastLines);
        return verification;
      }
      return stay(session, options, io, parent, verification);
    },
    { embedded: true },
  );
}

/** Shows the status until Ctrl-C, a termination signal, or the end of the process that started us; then takes the deployment down. */
async function stay(session: Session, options: CommonOptions, io: Io, parent: number, verification: number): Promise<number> {
  const ended = new AbortController();
  const watch = setInterval(() => {
    // An orphan has nobody left to press Ctrl-C for it; nor has one whose terminal is closed (`unread`).
    if (process.ppid !== parent) ended.abort();
  }, 500);
  io.err(`${session.deployment.name} is up. Ctrl-C takes it down; its data stays.`);
  try {
    await watchStatus(session, io, AbortSignal.any([io.signal, ended.signal]));
  } finally {
    clearInterval(watch);
  }
  const why = ended.signal.aborted ? 'the process that started vigie is gone; ' : io.unread.aborted ? 'nobody reads this any more; ' : '';
  io.err(`${why}taking ${session.deployment.name} down`);
  // The signal that ended the view must not end the way down as well; a second Ctrl-C does.
  await takeDown(session, { ...options, wait: true }, { ...io, signal: new AbortController().signal }, { purge: false });
  io.err(`${session.deployment.name} is down; its data stays\nnext: vigie up`);
  return verification;
}

const lastLines = `next: vigie status, vigie endpoints, vigie down
It keeps running, but does not survive a reboot; its data does: run vigie up again. What survives by itself is a deployment on hosts under systemd, which is not in this version.`;
