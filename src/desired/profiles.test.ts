// Are the settings what a real Redis answers to CONFIG GET after it was started with them? Only then is a healthy deployment an empty plan.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, test } from 'vitest';
import { directiveName } from './directives.ts';
import { knownDirectives, normalConfig, normalValue } from './parameters.ts';
import { profiles, settingsFor } from './profiles.ts';

const port = 26_001;
const undo: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const one of undo.splice(0).toReversed()) await one();
});

describe('a real Redis', () => {
  const contexts = profiles.flatMap((profile) => (['none', 'rdb', 'aof', 'both'] as const).map((persistence) => ({ profile, persistence })));

  test('answers every setting of every profile as it was asked', async () => {
    for (const { profile, persistence } of contexts) {
      const wanted = settingsFor({ profile, persistence, mode: 'sentinel', maxmemoryBytes: 268_435_456, replicas: 2, nodeTimeoutMs: 5000 });
      const has = await configOf(Object.entries(wanted).map(([name, value]) => `${name} ${argument(name, value)}`));
      expect({ profile, persistence, ...subset(has, Object.keys(wanted)) }).toEqual({ profile, persistence, ...wanted });
      for (const one of undo.splice(0).toReversed()) await one();
    }
  });

  test('answers what users write as it was normalised', async () => {
    const written: Record<string, string> = {
      maxmemory: '256mb',
      'Maxmemory-Policy': 'AllKeys-LFU',
      'repl-backlog-size': '2m',
      'maxmemory-clients': '5%',
      'proto-max-bulk-len': '64MB',
      'stream-node-max-bytes': '4kb',
      'hash-max-ziplist-value': '128b',
      save: '900 1  300 10',
      'client-output-buffer-limit': 'replica 1gb 256mb 60 normal 1k 512 10',
      'notify-keyspace-events': 'lg$Ex',
      'slave-priority': '50',
      'lazyfree-lazy-expire': 'YES',
      'oom-score-adj': 'Relative',
      'lua-time-limit': '4000',
      'min-slaves-to-write': '1',
      'list-max-listpack-size': '-3',
      loglevel: 'verbose',
    };
    const normal = normalConfig(written);
    const has = await configOf(Object.entries(written).map(([name, value]) => `${name} ${argument(directiveName(name), value)}`));
    expect(subset(has, Object.keys(normal))).toEqual(normal);
  });

  test('prints event flags, however written, as they are normalised', async () => {
    const client = await started([]);
    for (const text of ['', 'KEA', 'AKE', 'Ex', 'xE', 'Kg$lshzxetd', 'mKEn', 'nE', 'AKEn', 'E', 'KElx']) {
      await client.config('SET', 'notify-keyspace-events', text);
      expect({ text, ...normalValue('notify-keyspace-events', text) }).toEqual({
        text,
        value: (await pairs(client, 'notify-keyspace-events'))['notify-keyspace-events'],
      });
    }
  });

  test('knows every directive that is said to be known, and says the same of its own values', async () => {
    const has = await configOf([]);
    const newer = ['ignore-warnings'];
    expect(knownDirectives.filter((name) => has[name] === undefined && !newer.includes(name))).toEqual([]);
    const changed = knownDirectives
      .filter((name) => has[name] !== undefined)
      .filter((name) => JSON.stringify(normalValue(name, has[name] ?? '')) !== JSON.stringify({ value: has[name] }));
    expect(changed).toEqual([]);
  });
});

test.each([
  ['timeout', '5m'],
  ['timeout', '050'],
  ['maxmemory', 'lots'],
  ['maxmemory-clients', '101%'],
  ['save', '900'],
  ['save', '0 1'],
  ['client-output-buffer-limit', 'normal 0 0'],
  ['client-output-buffer-limit', 'master 0 0 0'],
  ['notify-keyspace-events', 'Q'],
  ['appendfsync', 'never'],
  ['activedefrag', 'maybe'],
  ['loglevel', 'a\nb'],
  ['proc-title-template', '{{secret:vigie}}'],
])('%s: %j is refused', (name, value) => expect(normalValue(name, value)).toHaveProperty('wrong'));

test('with fewer than two replicas a replica that is lost stops no writes', () => {
  const context = { profile: 'production', mode: 'sentinel', persistence: 'aof', maxmemoryBytes: 0, nodeTimeoutMs: 1 } as const;
  expect([0, 1, 2, 3].map((replicas) => settingsFor({ ...context, replicas })['min-replicas-to-write'])).toEqual(['0', '0', '1', '1']);
});

function argument(name: string, value: string): string {
  return name === 'save' || name === 'client-output-buffer-limit' ? value || '""' : `"${value}"`;
}

async function configOf(lines: string[]): Promise<Record<string, string>> {
  return pairs(await started(lines), '*');
}

async function started(lines: string[]): Promise<Redis> {
  const dir = mkdtempSync(path.join(tmpdir(), 'vigie-profiles-'));
  undo.push(() => rmSync(dir, { recursive: true, force: true }));
  const conf = path.join(dir, 'redis.conf');
  writeFileSync(conf, [`port ${port}`, 'bind 127.0.0.1', `dir ${dir}`, ...lines, ''].join('\n'));
  const server = spawn('redis-server', [conf], { stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  undo.push(() => ended(server));
  const client = new Redis({ port, host: '127.0.0.1', lazyConnect: true, retryStrategy: () => 25, maxRetriesPerRequest: null });
  client.on('error', () => undefined);
  undo.push(() => client.disconnect());
  const failed = new Promise<never>((_, reject) => server.once('exit', () => reject(new Error(`redis-server ended: ${said}`))));
  failed.catch(() => undefined);
  await Promise.race([client.connect().catch(() => undefined), failed]);
  await Promise.race([client.ping(), failed]);
  return client;
}

function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    server.once('exit', () => resolve());
    server.kill('SIGKILL');
  });
}

async function pairs(client: Redis, pattern: string): Promise<Record<string, string>> {
  const flat = await client.config('GET', pattern);
  return Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [])));
}

function subset(all: Record<string, string>, names: string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}
