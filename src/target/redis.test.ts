// Every way in which a server fails us, with a real one: named, in time, and never an unhandled error.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../shared/secret.ts';
import { dialTcp } from './dial.ts';
import { connectRedis, type RedisConnection } from './redis.ts';

const port = 26340;
const password = 'correct-horse-battery';
const unhandled: unknown[] = [];
let folder: string;
let server: ChildProcess;

beforeAll(async () => {
  process.on('unhandledRejection', (error) => unhandled.push(error));
  folder = mkdtempSync(join(tmpdir(), 'vigie-redis-'));
  server = spawn('redis-server', ['-'], { cwd: folder, stdio: ['pipe', 'ignore', 'ignore'] });
  server.stdin?.end(
    `port ${port}\nbind 127.0.0.1\nsave ""\nenable-debug-command local\nuser default off\nuser vigie on >${password} ~* &* +@all\nuser poor on >${password} -@all +ping\n`,
  );
  await until(() => connect().then((redis) => redis.close()));
}, 30_000);

afterAll(async () => {
  const gone = once(server, 'exit');
  server.kill('SIGCONT');
  server.kill('SIGKILL');
  await gone;
  rmSync(folder, { recursive: true, force: true });
  expect(unhandled).toEqual([]);
});

function connect(options: { user?: string; password?: string; timeoutMs?: number; port?: number } = {}): Promise<RedisConnection> {
  const { timeoutMs = 2000 } = options;
  return connectRedis({
    dial: () => dialTcp('127.0.0.1', options.port ?? port, timeoutMs),
    where: 'redis-1',
    login: { user: options.user ?? 'vigie', password: new Secret(options.password ?? password) },
    timeoutMs,
  });
}

async function until<T>(act: () => Promise<T>): Promise<T> {
  const endsAt = performance.now() + 20_000;
  for (;;) {
    try {
      return await act();
    } catch (error) {
      if (performance.now() > endsAt) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

describe('replies', () => {
  it('are strings, numbers, null and lists of them', async () => {
    const redis = await connect();
    expect(await redis.call('SET', 'k', 1)).toBe('OK');
    expect(await redis.call('GET', 'k')).toBe('1');
    expect(await redis.call('INCR', 'k')).toBe(2);
    expect(await redis.call('GET', 'nothing')).toBeNull();
    expect(await redis.call('CONFIG', 'GET', 'maxmemory')).toEqual(['maxmemory', '0']);
    expect(await redis.call('ROLE')).toEqual(['master', 0, []]);
    redis.close();
  });

  it('of errors carry their first word and not the command', async () => {
    const redis = await connect();
    const error = await redis.call('ACL', 'SETUSER', 'x', '>secret-in-an-argument', '+nonsense').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'RedisReplyError', prefix: 'ERR' });
    expect(inspect(error, { depth: 9 })).not.toContain('secret-in-an-argument');
    redis.close();
  });

  it('cost one connection, with nothing sent but the login and the question', async () => {
    const redis = await connect();
    const clients = String(await redis.call('CLIENT', 'LIST'))
      .trim()
      .split('\n');
    expect(clients).toHaveLength(1);
    const before = await commandsProcessed(redis);
    expect(await commandsProcessed(redis)).toBe(before + 1);
    redis.close();
  });
});

describe('a failure is named', () => {
  it.each([
    ['nothing listens', { port: 26341 }, 'refused'],
    ['a wrong password', { password: 'wrong' }, 'auth'],
    ['an unknown user', { user: 'nobody' }, 'auth'],
  ])('%s', async (_, options, why) => {
    const error = await connect(options).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'RedisUnreachable', why, message: expect.stringContaining('redis-1') });
    expect(inspect(error, { depth: 9 })).not.toContain(password);
  });

  it('no right to a command is an error reply', async () => {
    const redis = await connect({ user: 'poor' });
    await expect(redis.call('INFO')).rejects.toMatchObject({ name: 'RedisReplyError', prefix: 'NOPERM' });
    redis.close();
  });

  it('a frozen server, when connecting and in between', async () => {
    const redis = await connect({ timeoutMs: 300 });
    server.kill('SIGSTOP');
    try {
      const startedMs = performance.now();
      await expect(redis.call('PING')).rejects.toMatchObject({ name: 'RedisUnreachable', why: 'timeout' });
      await expect(redis.call('PING')).rejects.toMatchObject({ name: 'RedisUnreachable', why: 'gone' });
      await expect(connect({ timeoutMs: 300 })).rejects.toMatchObject({ name: 'RedisUnreachable', why: 'timeout' });
      expect(performance.now() - startedMs).toBeLessThan(3000);
    } finally {
      server.kill('SIGCONT');
    }
    redis.close();
  });

  it('a connection that ends in between, with commands under way', async () => {
    const [redis, other] = await Promise.all([connect(), connect()]);
    const ended = redis.call('BLPOP', 'empty', 0).catch((error: unknown) => error);
    await until(async () => expect(await other.call('CLIENT', 'LIST')).toContain('cmd=blpop'));
    await other.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await ended).toMatchObject({ name: 'RedisUnreachable', why: 'gone' });
    await expect(redis.call('PING')).rejects.toMatchObject({ why: 'gone' });
    redis.close();
    other.close();
  });

  it('a server that reads its data', async () => {
    const [loads, asks] = await Promise.all([connect({ timeoutMs: 20_000 }), connect()]);
    await loads.call('DEBUG', 'POPULATE', 200, 'key', 512);
    await loads.call('CONFIG', 'SET', 'key-load-delay', 5000, 'loading-process-events-interval-bytes', 1024);
    const loading = loads.call('DEBUG', 'RELOAD');
    const error = await until(async () => {
      const thrown = await asks.call('GET', 'k').catch((caught: unknown) => caught);
      expect(thrown).toBeInstanceOf(Error);
      return thrown;
    });
    expect(error).toMatchObject({ name: 'RedisUnreachable', why: 'loading' });
    await loading;
    loads.close();
    asks.close();
  });

  it('something that is no Redis', async () => {
    const fake = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    fake.listen(26343, '127.0.0.1');
    await once(fake, 'listening');
    await expect(connect({ port: 26343 })).rejects.toMatchObject({ name: 'RedisUnreachable', message: expect.stringContaining('redis-1') });
    fake.close();
    await once(fake, 'close');
  });
});

it('closing lets go at once, and ends what waits', async () => {
  const redis = await connect();
  const waiting = redis.call('BLPOP', 'empty', 0).catch((error: unknown) => error);
  redis.close();
  redis.close();
  expect(await waiting).toMatchObject({ name: 'RedisUnreachable', why: 'gone' });
});

it('speaks through any stream, as through a tunnel', async () => {
  const socket = await dialTcp('127.0.0.1', port, 2000);
  const [there, back] = [new PassThrough(), new PassThrough()];
  there.pipe(socket).pipe(back);
  const tunnel = Duplex.from({ writable: there, readable: back });
  const redis = await connectRedis({ dial: async () => tunnel, where: 'redis-1', login: { user: 'vigie', password: new Secret(password) }, timeoutMs: 2000 });
  expect(await redis.call('ECHO', 'through')).toBe('through');
  redis.close();
  socket.destroy();
});

async function commandsProcessed(redis: RedisConnection): Promise<number> {
  return Number(/total_commands_processed:(\d+)/.exec(String(await redis.call('INFO', 'stats')))?.[1]);
}
