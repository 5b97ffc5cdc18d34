// A few commands on a bare connection, for checks of what a client sees before it has logged in.

import type { Duplex } from 'node:stream';
import { Unclear } from './check.ts';

/** Sends all commands at once and resolves with the first line of each answer (`+OK`, `-NOAUTH …`); only for commands that answer with
 *  one line. Closes the stream. */
export function dialogue(stream: Duplex, commands: string[][], timeoutMs: number): Promise<string[]> {
  return answer(stream, commands.map(encode).join(''), timeoutMs, (text) => {
    const lines = text.split('\r\n');
    return lines.length > commands.length ? lines.slice(0, commands.length) : undefined;
  });
}

/** Sends `request` and resolves with everything that came until the other side closed. */
export function exchange(stream: Duplex, request: string, timeoutMs: number): Promise<string> {
  return answer(stream, request, timeoutMs, (text, ended) => (ended ? text : undefined));
}

function answer<T>(stream: Duplex, request: string, timeoutMs: number, complete: (text: string, ended: boolean) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let text = '';
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    const end = (): void => {
      clearTimeout(timer);
      stream.destroy();
    };
    const fail = (why: string): void => {
      end();
      reject(new Unclear(why));
    };
    const look = (ended: boolean): void => {
      const result = complete(text, ended);
      if (result !== undefined) {
        end();
        resolve(result);
      } else if (ended) fail('the connection ended before the answer was complete');
    };
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      look(false);
    });
    stream.on('end', () => look(true));
    stream.on('error', (error) => fail(error.message));
    stream.on('close', () => fail('the connection ended'));
    stream.write(request);
  });
}

function encode(words: string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`;
}
