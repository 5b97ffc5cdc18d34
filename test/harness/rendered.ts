// Rendered files on real disk, with passwords made for the test, and the real programs started from them: ends only what it started.

import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { serviceUsers } from '../../src/desired/users.ts';
import { fill, type SecretValues } from '../../src/shared/template.ts';

export const passwordOf = (user: string) => `pw-${user}-0123456789`;

/** A password that the test can compute for every service user. */
export const testSecrets: SecretValues = {
  users: () => [...serviceUsers],
  lookup: (user) => ({ value: passwordOf(user), sha256: createHash('sha256').update(passwordOf(user)).digest('hex') }),
};

export interface Bench {
  root: string;
  /** Writes filled text, 0600, and makes the folders on the way. Returns the absolute path. */
  write(path: string, text: string): string;
  start(program: string, args: string[]): ChildProcess;
  /** Logs in; waits until somebody listens. */
  login(port: number, user: string, deadlineMs?: number): Promise<Redis>;
  /** Ends every process and connection it made, and removes the folder. */
  end(): Promise<void>;
}

export function bench(prefix = 'vigie-test-'): Bench {
  const root = mkdtempSync(join(tmpdir(), prefix));
  const children: ChildProcess[] = [];
  const output = new Map<ChildProcess, string>();
  const connections: Redis[] = [];
  return {
    root,
    write(path, text) {
      const full = path.startsWith('/') ? path : join(root, path);
      mkdirSync(dirname(full), { recursive: true, mode: 0o700 });
      writeFileSync(full, fill(text, testSecrets), { mode: 0o600 });
      return full;
    },
    start(program, args) {
      // sh for the umask alone: Sentinel rewrites its file with the umask it has.
      const child = spawn('/bin/sh', ['-c', 'umask 077; exec "$@"', 'sh', program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
      const keep = (chunk: Buffer) => output.set(child, (output.get(child) ?? '') + chunk.toString());
      child.stdout?.on('data', keep);
      child.stderr?.on('data', keep);
      children.push(child);
      return child;
    },
    async login(port, user, deadlineMs = 15_000) {
      return await until(
        async () => {
          const redis = new Redis({
            host: '127.0.0.1',
            port,
            username: user,
            password: passwordOf(user),
            lazyConnect: true,
            enableReadyCheck: false,
            retryStrategy: () => null,
            maxRetriesPerRequest: 0,
          });
          redis.on('error', () => {});
          try {
            await redis.connect();
            connections.push(redis);
            return redis;
          } catch (error) {
            redis.disconnect();
            throw error;
          }
        },
        deadlineMs,
        () => children.map((child) => output.get(child) ?? '').join(''),
      );
    },
    async end() {
      for (const connection of connections) connection.disconnect();
      await Promise.all(
        children.map(async (child) => {
          if (child.exitCode !== null || child.signalCode !== null) return;
          const gone = new Promise((resolve) => child.once('exit', resolve));
          // HAProxy's master takes its workers along when asked, not when killed.
          child.kill('SIGTERM');
          const last = setTimeout(() => child.kill('SIGKILL'), 3000);
          await gone;
          clearTimeout(last);
        }),
      );
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Repeats until it returns something other than undefined or false, at most `deadlineMs`; then throws with the last error. */
export async function until<T>(look: () => Promise<T | undefined | false>, deadlineMs = 15_000, context: () => string = () => ''): Promise<T> {
  const end = Date.now() + deadlineMs;
  let last: unknown = 'not yet';
  while (Date.now() < end) {
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${deadlineMs} ms: ${last instanceof Error ? last.message : String(last)}\n${context()}`);
}

export function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
