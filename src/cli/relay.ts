// A private Unix socket that is already logged in: redis-cli connects to it, so that no password is in an argument or an environment,
// and it works wherever the node is dialled from.

import { mkdtemp, rm } from 'node:fs/promises';
import { type Socket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { Secret } from '../shared/secret.ts';

export interface Relay {
  path: string;
  close(): Promise<void>;
}

/** Each client of the socket gets a connection of its own, from `dial`, on which AUTH was answered with +OK before a byte is passed on. */
export async function openRelay(dial: () => Promise<Duplex>, login: { user: string; password: Secret }): Promise<Relay> {
  const dir = await mkdtemp(join(tmpdir(), 'vigie-'));
  const path = join(dir, 'redis.sock');
  const server = createServer((client) => {
    client.on('error', () => client.destroy());
    client.pause();
    serve(client, dial, login).catch(() => client.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(path, resolve);
  });
  return {
    path,
    close: async () => {
      server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function serve(client: Socket, dial: () => Promise<Duplex>, login: { user: string; password: Secret }): Promise<void> {
  const remote = await dial();
  remote.on('error', () => client.destroy());
  remote.on('close', () => client.destroy());
  client.on('close', () => remote.destroy());
  const answer = await authenticate(remote, login);
  if (answer === '+OK') client.pipe(remote).pipe(client);
  else client.end(`${answer}\r\n`);
}

/** Sends AUTH and returns the first line of the answer. Nothing else comes before we ask, so nothing of the answer to a later command is in it. */
function authenticate(remote: Duplex, login: { user: string; password: Secret }): Promise<string> {
  const words = ['AUTH', login.user, login.password.reveal()];
  remote.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
  return new Promise((resolve) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n');
      if (end < 0) return;
      remote.off('data', onData);
      remote.pause();
      resolve(text.slice(0, end));
    };
    remote.on('data', onData);
  });
}
