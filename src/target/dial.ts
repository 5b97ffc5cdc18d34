// Opens a stream to a TCP address or a Unix socket within a deadline, and names why one failed.

import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Unreachable } from '../shared/unreachable.ts';

/** Rejects with the system's error; silence rejects with `code: 'ETIMEDOUT'`. */
export function dialTcp(address: string, port: number, timeoutMs: number): Promise<Socket> {
  return dial({ host: address, port }, timeoutMs);
}

export function dialUnix(path: string, timeoutMs: number): Promise<Socket> {
  return dial({ path }, timeoutMs);
}

/** The word for an error of a socket. A Unix socket that is absent is a server that does not listen. */
export function whyOf(error: unknown): Unreachable {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return 'refused';
    case 'ETIMEDOUT':
      return 'timeout';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'gone';
    default:
      return 'failed';
  }
}

function dial(options: NetConnectOpts, timeoutMs: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(options);
    const timer = setTimeout(() => {
      socket.destroy(Object.assign(new Error(`no answer within ${timeoutMs} ms`), { code: 'ETIMEDOUT' }));
    }, timeoutMs);
    const failed = (error: Error) => {
      clearTimeout(timer);
      reject(error);
    };
    socket.once('error', failed);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeListener('error', failed);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });
}
