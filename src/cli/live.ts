// The status, again and again: redrawn on a terminal, a line at each change elsewhere, a JSON document a line with --json.

import { statusOf } from '../observed/status.ts';
import type { Io } from './io.ts';
import type { Session } from './session.ts';
import { statusView } from './views/status.ts';

const everyMs = 1000;

/** Resolves when the signal is aborted, or when nobody reads any more. */
export async function watchStatus(session: Session, io: Io, ended: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([ended, io.unread]);
  const live = !io.json && process.stdout.isTTY === true;
  const { createLogUpdate } = live ? await import('log-update') : { createLogUpdate: undefined };
  const draw = createLogUpdate?.(process.stdout);
  let last = '';
  while (!signal.aborted) {
    const status = statusOf(session.deployment, await session.observe());
    if (signal.aborted) break;
    if (io.json) io.document(status, 'lines');
    else if (draw !== undefined) draw(io.completed(statusView(status, { colour: io.colour, width: process.stdout.columns ?? io.width })));
    else if (status.sentence !== last) io.out(`${new Date().toISOString()} ${status.state}: ${status.sentence}`);
    last = status.sentence;
    await pause(everyMs, signal);
  }
  draw?.done();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, ms);
    function end(): void {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    }
    signal.addEventListener('abort', end);
  });
}
