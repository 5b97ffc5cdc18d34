// verify on a real deployment: all green when it is well, and each thing that is broken turns its own check red, with what was seen.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allNodes } from '../../src/desired/deployment.ts';
import { rulesFor, serviceUsers } from '../../src/desired/users.ts';
import { valueOf } from '../../src/observed/snapshot.ts';
import { statusOf } from '../../src/observed/status.ts';
import { Secret } from '../../src/shared/secret.ts';
import { fill } from '../../src/shared/template.ts';
import type { CheckResult } from '../../src/verify/check.ts';
import { type Verification, verify } from '../../src/verify/verify.ts';
import { engine } from '../harness/engine.ts';
import { exampleDeployment } from '../harness/example.ts';
import { passwordOf, testSecrets, until } from '../harness/rendered.ts';

const deployment = exampleDeployment({ portBase: 26400, name: 'proof', config: { 'repl-diskless-sync-delay': '0' } });
const stack = engine(deployment);
const prove = (secrets = testSecrets): Promise<Verification> => verify(deployment, stack.target, secrets, stack.look);
const red = ({ checks }: Verification): CheckResult[] => checks.filter(({ result }) => result !== 'pass');
const ids = (checks: CheckResult[]): string[] => checks.map(({ id, result }) => `${id} ${result}`);

beforeAll(async () => {
  await stack.apply();
});

afterAll(() => stack.end());

/** Runs a command as the operator. */
async function on(id: string, ...words: string[]): Promise<unknown> {
  const node = allNodes(deployment).find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error(`no node ${id}`);
  const redis = await stack.target.redis(node, { user: 'vigie', password: new Secret(passwordOf('vigie')) }, 2000);
  try {
    return await redis.call(words[0] ?? '', ...words.slice(1));
  } finally {
    redis.close();
  }
}

async function haproxy(line: string): Promise<void> {
  const [proxy] = deployment.proxies;
  if (proxy === undefined) throw new Error('no proxy');
  const socket = await stack.target.haproxy(proxy, 2000);
  await socket.command(line);
  socket.close();
}

async function keys(): Promise<unknown[]> {
  return Promise.all(deployment.redis.map(({ id }) => on(id, 'KEYS', 'vigie:verify:*')));
}

describe('the checks that apply:', () => {
  const { 'min-replicas-to-write': _, ...config } = deployment.config;
  const pair = {
    ...deployment,
    name: 'pair',
    mode: 'replication' as const,
    redis: deployment.redis.slice(0, 2),
    sentinels: [],
    proxies: [],
    portBase: 26440,
    config,
  };
  pair.redis = pair.redis.map((node) => ({ ...node, port: node.port + 40 }));
  const single = { ...pair, name: 'single', mode: 'standalone' as const, redis: pair.redis.slice(0, 1) };

  it.each([
    [
      pair,
      [
        'connect',
        'connect',
        'login',
        'login',
        'rights',
        'rights',
        'replication/master',
        'replication/redis-1',
        'replication/redis-2',
        'replication/readonly',
        'write/master',
        'exporter',
        'exporter',
      ],
    ],
    [single, ['connect', 'login', 'rights', 'replication/master', 'write/master', 'exporter']],
  ])('$mode', async (smaller, expected) => {
    const small = engine(smaller);
    try {
      await small.apply();
      const verification = await verify(smaller, small.target, testSecrets, small.look);
      expect(ids(red(verification))).toEqual([]);
      expect(verification.checks.map(({ id }) => id.replace(/^(connect|login|rights|exporter)\/.*/, '$1'))).toEqual(expected);
      expect(statusOf(smaller, await small.look())).toMatchObject({ state: 'ok' });
    } finally {
      await small.end();
    }
  });
});

it('is green on a healthy deployment, leaves nothing behind and shows no password', async () => {
  const verification = await prove();
  expect(ids(red(verification))).toEqual([]);
  expect(verification).toMatchObject({ schema: 1, failed: 0, passed: verification.checks.length });
  expect(verification.checks.map(({ id }) => id)).toEqual([
    ...['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3', 'proxy-1'].map((id) => `connect/${id}`),
    ...['login', 'rights'].flatMap((kind) => ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3'].map((id) => `${kind}/${id}`)),
    'replication/master',
    ...['redis-1', 'redis-2', 'redis-3', 'readonly'].map((id) => `replication/${id}`),
    'sentinels/agree',
    ...['sentinel', 'discovery'].flatMap((kind) => ['sentinel-1', 'sentinel-2', 'sentinel-3'].map((id) => `${kind}/${id}`)),
    'route/proxy-1',
    'write/proxy-1',
    'reads/proxy-1',
    'read/proxy-1',
    'metrics/proxy-1',
    ...['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3'].map((id) => `exporter/${id}`),
  ]);
  expect(JSON.stringify(verification)).not.toContain('pw-');
  await until(async () => (await keys()).flat().length === 0);
  expect(statusOf(deployment, await stack.look())).toMatchObject({ state: 'ok', sentence: 'routing writes to redis-1; 3 of 3 Sentinels agree, epoch 0' });
});

describe('turns the right check red:', () => {
  it('a closed write route', async () => {
    await haproxy('set server write/redis-1 state maint');
    const verification = await prove();
    expect(ids(red(verification))).toEqual(['route/proxy-1 fail', 'write/proxy-1 fail', 'read/proxy-1 skipped']);
    const [route, write] = red(verification);
    expect(route?.evidence).toBe('no write server is open');
    expect(write?.evidence).toMatch(/^the write endpoint 127\.0\.0\.1:26400: .*; no write server is open$/);
    await stack.apply();
  });

  it('a write route that leads to a replica', async () => {
    await haproxy('set server write/redis-1 state maint; set server write/redis-2 state ready');
    const verification = await prove();
    expect(red(verification).map(({ id, evidence }) => `${id}: ${evidence}`)).toEqual([
      'route/proxy-1: it leads to redis-2, but redis-1 is the master',
      "write/proxy-1: 127.0.0.1:26400 refused the write: READONLY You can't write against a read only replica.",
      'read/proxy-1: nothing could be written',
    ]);
    await stack.apply();
  });

  it('two write routes', async () => {
    await haproxy('set server write/redis-2 state ready');
    const route = (await prove()).checks.find(({ id }) => id === 'route/proxy-1');
    expect(route).toMatchObject({ result: 'fail', evidence: 'redis-1 and redis-2 are open at once' });
    await stack.apply();
  });

  it('reads that go to the master', async () => {
    await haproxy('set server read/redis-1 state ready');
    const verification = await prove();
    expect(red(verification).map(({ id, evidence }) => `${id}: ${evidence}`)).toEqual([
      'reads/proxy-1: reads go to redis-1; redis-2 and redis-3 should serve them',
    ]);
    await stack.apply();
  });

  it('an application that may flush everything, and a Sentinel user that cannot promote', async () => {
    await on('redis-2', 'ACL', 'SETUSER', 'default', '+flushall');
    await on('redis-3', 'ACL', 'SETUSER', 'sentinel', '-slaveof');
    const verification = await prove();
    expect(red(verification).map(({ id, evidence }) => `${id}: ${evidence}`)).toEqual([
      'rights/redis-2: default may FLUSHALL',
      'rights/redis-3: sentinel may not SLAVEOF NO ONE',
    ]);
    await stack.apply();
  });

  it('a user without its password, and one who needs none', async () => {
    await on('redis-2', 'ACL', 'SETUSER', 'exporter', 'resetpass', '>somebody-elses');
    await on('sentinel-1', 'ACL', 'SETUSER', 'default', 'nopass');
    const verification = await prove();
    expect(ids(red(verification))).toEqual(['login/redis-2 fail', 'login/sentinel-1 fail', 'exporter/redis-2 fail']);
    const [exporter, open] = red(verification);
    expect(exporter?.evidence).toMatch(/^does not let in exporter: -WRONGPASS/);
    expect(open?.evidence).toBe('without a password it answered «+PONG» to PING');
    for (const user of ['default', 'exporter'] as const) {
      for (const [id, where] of [
        ['redis-2', 'data'],
        ['sentinel-1', 'sentinel'],
      ] as const) {
        await on(id, 'ACL', 'SETUSER', user, 'reset', ...fill(rulesFor(user, where) ?? '', testSecrets).split(' '));
      }
    }
    expect(ids(red(await prove()))).toEqual([]);
  });

  it('a password that is not here', async () => {
    const verification = await prove({
      users: () => serviceUsers.filter((user) => user !== 'exporter'),
      lookup: (user) => (user === 'exporter' ? undefined : testSecrets.lookup(user)),
    });
    expect(new Set(red(verification).map(({ id, result, evidence }) => `${id.split('/')[0]} ${result}: ${evidence}`))).toEqual(
      new Set(['login unknown: the password of user exporter is not here', 'exporter unknown: the password of user exporter is not here']),
    );
  });

  it('a replica that follows nobody', async () => {
    await on('redis-3', 'CONFIG', 'SET', 'masterauth', 'wrong');
    await on('redis-3', 'REPLICAOF', '127.0.0.1', '26410');
    await on('redis-1', 'CLIENT', 'KILL', 'TYPE', 'replica');
    await until(async () => valueOf((await stack.look()).redis['redis-3'])?.link !== 'up');
    const verification = await prove();
    expect(ids(red(verification))).toContain('replication/redis-3 fail');
    expect(verification.checks.find(({ id }) => id === 'replication/redis-3')?.evidence).toMatch(/^its link to redis-1 is (down|connecting)$/);
    expect(verification.checks.find(({ id }) => id === 'write/proxy-1')).toMatchObject({
      result: 'fail',
      evidence: expect.stringContaining('redis-3 does not have it after'),
    });
    expect(statusOf(deployment, await stack.look()).diagnoses.map(({ code }) => code)).toContain('REPLICA_LINK_DOWN');
    await on('redis-3', 'CONFIG', 'SET', 'masterauth', passwordOf('replica'));
    await until(async () => valueOf((await stack.look()).redis['redis-3'])?.link === 'up');
    await stack.apply();
  });

  it('a Sentinel that hangs: what it would say is unknown or failed, and nothing waits long for it', async () => {
    const pid = valueOf((await stack.look()).services['sentinel-3'])?.pid;
    if (pid === undefined || pid <= 1) throw new Error('sentinel-3 has no pid');
    process.kill(pid, 'SIGSTOP');
    try {
      const startedMs = performance.now();
      const verification = await prove();
      expect(performance.now() - startedMs).toBeLessThan(15_000);
      expect(ids(red(verification))).toEqual([
        'connect/sentinel-3 fail',
        'login/sentinel-3 unknown',
        'rights/sentinel-3 unknown',
        'sentinels/agree fail',
        'sentinel/sentinel-3 fail',
        'discovery/sentinel-3 unknown',
        'exporter/sentinel-3 unknown',
      ]);
      expect(verification.checks.find(({ id }) => id === 'sentinels/agree')?.evidence).toBe(
        'sentinel-1 and sentinel-2 name redis-1 (epoch 0); nothing from sentinel-3',
      );
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until(async () => statusOf(deployment, await stack.look()).state === 'ok', 60_000);
  });

  it('a killed replica', async () => {
    const pid = valueOf((await stack.look()).redis['redis-3'])?.pid;
    if (pid === undefined || pid <= 1) throw new Error('redis-3 has no pid');
    process.kill(pid, 'SIGKILL');
    await until(async () => stack.look().then((snapshot) => !snapshot.redis['redis-3']?.known));
    const verification = await prove();
    expect(ids(red(verification)).filter((id) => id.includes('redis-3'))).toEqual([
      'connect/redis-3 fail',
      'login/redis-3 unknown',
      'rights/redis-3 unknown',
      'replication/redis-3 fail',
      'exporter/redis-3 unknown',
    ]);
    expect(verification.checks.find(({ id }) => id === 'replication/redis-3')?.evidence).toBe(
      'redis-3 does not run: its process was killed, or the machine went down',
    );
    expect(verification.checks.find(({ id }) => id === 'write/proxy-1')).toMatchObject({
      result: 'fail',
      evidence: expect.stringMatching(/^written through 127\.0\.0\.1:26400, but redis-3 .*refused|ECONNREFUSED/i),
    });
    expect(statusOf(deployment, await stack.look())).toMatchObject({ state: 'degraded' });
    await stack.apply();
    // A Sentinel dials a node that came back once a second.
    await until(async () => statusOf(deployment, await stack.look()).state === 'ok');
    expect(ids(red(await prove()))).toEqual([]);
  });
});
