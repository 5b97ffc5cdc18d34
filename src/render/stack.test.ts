// The rendered files as a whole, on real processes: quorum at once, a failover with the rights as they are written, Sentinel's own
// rewrite, and the routes of HAProxy: closed, open, holding.

import { statSync } from 'node:fs';
import { connect } from 'node:net';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { bench, passwordOf, readIfThere, until } from '../../test/harness/rendered.ts';
import { allNodes } from '../desired/deployment.ts';
import { paths, socketPathOf } from '../desired/paths.ts';
import { renderNode } from './node.ts';

const deployment = exampleDeployment({ portBase: 26100, config: { 'repl-diskless-sync-delay': '0', 'min-replicas-to-write': '0', appendonly: 'no' } });
deployment.proxy = { ...deployment.proxy, holdForMs: 1500 };
const [proxy] = deployment.proxies;
if (!proxy) throw new Error('the example has a proxy');
const b = bench();
const dirOf = (id: string) => `${b.root}/${id}`;
const sentinels: Redis[] = [];

beforeAll(async () => {
  for (const node of allNodes(deployment)) {
    for (const file of renderNode(deployment, node, dirOf(node.id))) b.write(`${node.id}/${file.path}`, file.text);
    if (node.kind === 'redis') b.write(`${node.id}/${paths.data}/.keep`, '');
  }
  for (const node of deployment.redis) b.start('redis-server', [`${dirOf(node.id)}/${paths.redisConf}`]);
  for (const node of deployment.redis) await onRedis(node.port, 'PING');
  for (const node of deployment.sentinels) b.start('redis-server', [`${dirOf(node.id)}/${paths.sentinelConf}`, '--sentinel']);
  for (const node of deployment.sentinels) sentinels.push(await b.login(node.port, 'vigie'));
  b.start('haproxy', ['-W', '-f', `${dirOf(proxy.id)}/${paths.haproxyCfg}`]);
}, 30_000);
afterAll(() => b.end());

const fields = (flat: string[]) => Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [])));

/** Logs in afresh each time: Sentinel's own transaction at a failover kills every connection of a client. */
async function onRedis(port: number, command: string, ...args: string[]): Promise<unknown> {
  const redis = await b.login(port, 'vigie');
  try {
    return await redis.call(command, ...args);
  } finally {
    redis.disconnect();
  }
}

const roleOf = async (port: number) => ((await onRedis(port, 'ROLE')) as string[])[0];
const bothOnline = (port: number) => until(async () => String(await onRedis(port, 'INFO', 'replication')).match(/state=online/g)?.length === 2);

describe('Sentinels', () => {
  test('seeded peers: quorum without waiting for hellos; all links up', async () => {
    for (const sentinel of sentinels) expect(await sentinel.call('SENTINEL', 'CKQUORUM', deployment.masterName)).toMatch(/^OK 3 usable/);
    await until(async () => {
      for (const sentinel of sentinels) {
        const master = fields((await sentinel.call('SENTINEL', 'MASTER', deployment.masterName)) as string[]);
        if (master['flags'] !== 'master' || master['num-other-sentinels'] !== '2' || master['num-slaves'] !== '2') return false;
        const peers = (await sentinel.call('SENTINEL', 'SENTINELS', deployment.masterName)) as string[][];
        const replicas = (await sentinel.call('SENTINEL', 'REPLICAS', deployment.masterName)) as string[][];
        if ([...peers, ...replicas].some((peer) => /disconnected|down/.test(fields(peer)['flags'] ?? ''))) return false;
      }
      return true;
    });
    await bothOnline(26110);
  }, 20_000);

  test('a failover with these rights: promoted, the others follow, every file rewritten, still 0600 and startable', async () => {
    await until(async () => (await sentinels[0]?.call('SENTINEL', 'FAILOVER', deployment.masterName)) === 'OK');
    const address = await until(async () => {
      const seen = await Promise.all(sentinels.map(async (s) => ((await s.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', deployment.masterName)) as string[])[1]));
      return seen.every((port) => port === seen[0] && port !== '26110') && seen[0];
    });
    const promoted = Number(address);
    await until(async () => (await roleOf(promoted)) === 'master');
    // The living old master is demoted by hand: Sentinel alone takes 11 s (FACTS 1.9).
    await onRedis(26110, 'REPLICAOF', '127.0.0.1', address);
    await bothOnline(promoted);
    // Nobody was refused anything on the way.
    for (const node of deployment.redis) expect(await onRedis(node.port, 'ACL', 'LOG')).toEqual([]);
    for (const sentinel of sentinels) expect(await sentinel.call('ACL', 'LOG')).toEqual([]);
    const sentinel = deployment.sentinels[2];
    if (!sentinel) throw new Error('the example has three Sentinels');
    const file = `${dirOf(sentinel.id)}/${paths.sentinelConf}`;
    await until(async () => readIfThere(file).includes(`sentinel monitor ${deployment.masterName} 127.0.0.1 ${address} 2`));
    expect(readIfThere(file)).toContain(`sentinel sentinel-pass ${passwordOf('sentinel')}`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await sentinels[2]?.call('SHUTDOWN').catch(() => {});
    b.start('redis-server', [file, '--sentinel']);
    const again = await b.login(sentinel.port, 'vigie');
    await until(async () => String(await again.call('SENTINEL', 'CKQUORUM', deployment.masterName)).startsWith('OK 3'));
    expect(((await again.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', deployment.masterName)) as string[])[1]).toBe(address);
  }, 40_000);
});

describe('HAProxy', () => {
  test('closed from the file, open on command, holding in between, bounded', async () => {
    const roles = await Promise.all(deployment.redis.map((node) => roleOf(node.port)));
    const master = deployment.redis[roles.indexOf('master')]?.id ?? '';
    await until(async () => (await cli('show info')).includes('Version'));
    expect(await slots('write')).toEqual({ 'redis-1': 'maint', 'redis-2': 'maint', 'redis-3': 'maint', hold: 'maint' });
    expect(await slots('read')).toEqual({ 'redis-1': 'maint', 'redis-2': 'maint', 'redis-3': 'maint' });
    expect((await write(proxy.port)).answer).toBe('closed');
    expect((await write(proxy.readPort)).answer).toBe('closed');

    expect(await cli(`set server write/${master} state ready`)).toBe('');
    expect((await write(proxy.port)).answer).toBe('+OK +OK');
    expect((await slots('write'))[master]).toBe('ready');

    await cli(`set server write/hold state ready;set server write/${master} state drain;shutdown sessions server write/${master}`);
    const held = Array.from({ length: 20 }, () => write(proxy.port));
    await until(
      async () =>
        Number(
          (await cli('show stat'))
            .split('\n')
            .find((line) => line.startsWith('write,BACKEND,'))
            ?.split(',')[4],
        ) >= 20,
    );
    await cli(`set server write/${master} state ready;set server write/hold state drain`);
    expect(new Set((await Promise.all(held)).map(({ answer }) => answer))).toEqual(new Set(['+OK +OK']));

    await cli(`set server write/hold state ready;set server write/${master} state drain`);
    const { answer, tookMs } = await write(proxy.port);
    expect(answer).toBe('closed');
    expect(tookMs).toBeGreaterThan(1400);
  }, 30_000);

  test('the read endpoint checks that its servers answer, logged in as proxy', async () => {
    await cli('set server read/redis-2 state ready');
    const checked = await until(async () => {
      const row = (await cli('show stat')).split('\n').find((line) => line.startsWith('read,redis-2,'));
      return /L7OK/.test(row ?? '') && row;
    });
    expect(checked).toContain(',UP,');
    expect((await write(proxy.readPort)).answer).toMatch(/^\+OK (\+OK|-READONLY)/);
  }, 20_000);

  test('metrics and a page that only shows', async () => {
    const base = `http://127.0.0.1:${proxy.statsPort}`;
    expect(await (await fetch(`${base}/metrics`)).text()).toContain('haproxy_server_status{proxy="write",server="hold"');
    expect((await fetch(`${base}/`)).status).toBe(200);
    const before = await slots('write');
    await fetch(`${base}/`, { method: 'POST', body: 's=redis-3&action=ready&b=write', headers: { 'content-type': 'application/x-www-form-urlencoded' } });
    expect(await slots('write')).toEqual(before);
  }, 20_000);
});

function cli(line: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(socketPathOf(dirOf('proxy-1')), () => socket.write(`${line}\n`));
    socket.on('data', (chunk) => (text += chunk.toString()));
    socket.on('end', () => resolve(text.trim()));
    socket.on('error', reject);
  });
}

/** Administrative state per slot. Bits of srv_admin_state (management.txt): 1, 2, 32 maintenance; 8, 16 drain; 4 only remembers that the file said disabled. */
async function slots(backend: string): Promise<Record<string, string>> {
  const rows = (await cli(`show servers state ${backend}`)).split('\n').filter((line) => /^\d+ \S+ /.test(line));
  return Object.fromEntries(
    rows.map((row) => {
      const columns = row.split(' ');
      const admin = Number(columns[6]);
      return [columns[3] ?? '', admin & 0b100011 ? 'maint' : admin & 0b11000 ? 'drain' : 'ready'];
    }),
  );
}

/** One client: logs in as the application and writes. */
function write(port: number): Promise<{ answer: string; tookMs: number }> {
  return new Promise((resolve) => {
    const from = performance.now();
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(`AUTH ${passwordOf('default')}\r\nSET k v\r\n`));
    const end = (answer: string) => {
      socket.destroy();
      resolve({ answer, tookMs: performance.now() - from });
    };
    socket.on('data', (chunk) => {
      text += chunk.toString();
      const answers = text.split('\r\n');
      if (answers.length > 2) end(answers.slice(0, 2).join(' '));
    });
    socket.on('close', () => end('closed'));
    socket.on('error', (error) => end(error.message));
  });
}
