// The runtime socket of an HAProxy: one command line, its answer.

import { StringDecoder } from 'node:string_decoder';
import { VigieError, messageOf } from '../shared/errors.ts';
import type { Unreachable } from '../shared/unreachable.ts';
import { dialUnix, whyOf } from './dial.ts';

export interface HaproxyConnection {
  /** Sends one line (several commands may be joined with `;`) and returns what came back, trimmed. HAProxy reports a failed command as
   *  text too: commands that change something answer nothing when they worked. Rejects with `HaproxyUnreachable`. */
  command(line: string): Promise<string>;
  close(): void;
}

export class HaproxyUnreachable extends Error {
  readonly why: Unreachable;
  constructor(why: Unreachable, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'HaproxyUnreachable';
    this.why = why;
  }
}

export interface HaproxyDial {
  /** Of the runtime socket. */
  path: string;
  /** The node, for messages. */
  where: string;
  /** For each command, connecting included. */
  timeoutMs: number;
}

/** Proves that something listens; each command then has a connection of its own, which HAProxy closes after the answer. A kept
 *  connection would go on talking to the old worker after a reload (PROTOCOL 18). */
export async function connectHaproxy(options: HaproxyDial): Promise<HaproxyConnection> {
  const open = new Set<() => void>();
  const probe = await dialUnix(options.path, options.timeoutMs).catch((error: unknown) => {
    throw unreachable(options, error);
  });
  probe.destroy();
  return {
    command: (line) => exchange(options, line, open),
    close: () => {
      for (const cut of open) cut();
    },
  };
}

/** Raising a frontend's maxconn deadlocks HAProxy 2.6.12 and its watchdog then aborts the process (FACTS 3.2, haproxy#2726). */
export function refuseDeadlyCommands(line: string): void {
  for (const command of line.split(/[;\n]/)) {
    if (/^\s*(@\S+\s+)?set\s+maxconn\s+f/i.test(command)) {
      throw new VigieError('INTERNAL', '`set maxconn frontend` is never sent: it makes HAProxy 2.6 abort');
    }
  }
}

async function exchange(options: HaproxyDial, line: string, open: Set<() => void>): Promise<string> {
  refuseDeadlyCommands(line);
  const startedMs = performance.now();
  const socket = await dialUnix(options.path, options.timeoutMs).catch((error: unknown) => {
    throw unreachable(options, error);
  });
  return new Promise((resolve, reject) => {
    const decoder = new StringDecoder('utf8');
    let answer = '';
    const remainingMs = Math.max(1, options.timeoutMs - (performance.now() - startedMs));
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error(`no answer within ${options.timeoutMs} ms`), { code: 'ETIMEDOUT' }));
    }, remainingMs);
    const cut = () => socket.destroy(Object.assign(new Error('closed by us'), { code: 'ECONNRESET' }));
    open.add(cut);
    socket.on('data', (bytes: Buffer) => {
      answer += decoder.write(bytes);
    });
    socket.on('error', (error) => reject(unreachable(options, error)));
    socket.on('end', () => resolve(answer.trim()));
    socket.on('close', () => {
      clearTimeout(timer);
      open.delete(cut);
      // After `end` this changes nothing.
      reject(new HaproxyUnreachable('gone', `${options.where}: its runtime socket closed before the answer was complete`));
    });
    socket.write(`${line}\n`);
  });
}

function unreachable(options: HaproxyDial, error: unknown): HaproxyUnreachable {
  return new HaproxyUnreachable(whyOf(error), `${options.where}: runtime socket ${options.path}: ${messageOf(error)}`, error);
}
