// One look at real processes: what answers is told in full, what is frozen, dead or locked is named, and nobody is waited for.

import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Deployment, type Node, allNodes } from '../../src/desired/deployment.ts';
import { paths } from '../../src/desired/paths.ts';
import { type ObserveOptions, observe } from '../../src/observe/observe.ts';
import { authority } from '../../src/observed/authority.ts';
import { type Snapshot, valueOf } from '../../src/observed/snapshot.ts';
import { renderNode } from '../../src/render/node.ts';
import { serviceOf } from '../../src/render/service.ts';
import { serviceUsers } from '../../src/desired/users.ts';
import { fill } from '../../src/shared/template.ts';
import { Credentials } from '../../src/state/credentials.ts';
import { localTarget } from '../../src/target/local.ts';
import type { Target } from '../../src/target/target.ts';
import { exampleDeployment } from '../harness/example.ts';

const secrets = new Credentials(serviceUsers.map((user) => [user, `password-of-${user}-0123456789`]));
let deployment: Deployment;
let target: Target;
let stateDir: string;

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'vigie-observe-'));
  const example = exampleDeployment({ portBase: 26300, name: 'look', config: { 'repl-diskless-sync-delay': '0' } });
  deployment = { ...example, redis: example.redis.slice(0, 2), sentinels: example.sentinels.slice(0, 1), sentinel: { ...example.sentinel, quorum: 1 } };
  target = localTarget(deployment, stateDir);
}, 60_000);

afterAll(async () => {
  for (const node of allNodes(deployment)) await stop(node);
  await target.close();
  rmSync(stateDir, { recursive: true, force: true });
}, 120_000);

describe('a deployment that never ran', () => {
  it('is seen as absent and refused, with what the machine has', async () => {
    const snapshot = await look();
    const machine = valueOf(snapshot.machines['local']);
    expect(machine?.binaries['redis-server']).toMatchObject({
      path: expect.stringMatching(/^\/.*redis-server$/),
    });
    expect(machine?.binaries.haproxy?.path).toMatch(/\/haproxy$/);
    expect(machine).toMatchObject({ isRoot: process.getuid?.() === 0, listening: [] });
    for (const node of allNodes(deployment)) expect(valueOf(snapshot.services[node.id])?.state).toBe('absent');
    for (const seen of [snapshot.redis['redis-1'], snapshot.sentinels['sentinel-1'], snapshot.proxies['proxy-1']]) {
      expect(seen).toMatchObject({ known: false, why: 'refused' });
    }
    expect(authority(deployment, snapshot)).toEqual({ master: 'redis-1', epoch: 0, by: 'initial' });
  });

  it('shows who holds a port that it needs', async () => {
    const stranger = await listen(26311);
    try {
      const snapshot = await look({ deadlineMs: 1500 });
      expect(valueOf(snapshot.machines['local'])?.listening).toEqual([{ port: 26311, pid: process.pid, program: expect.any(String) }]);
    } finally {
      await new Promise((resolve) => stranger.close(resolve));
    }
  });
});

describe('a running deployment', () => {
  beforeAll(async () => {
    // The replica only when the master answers: the gate of an empty master waits where somebody else may hold more.
    for (const node of allNodes(deployment)) {
      await start(node);
      await until(`${node.id} answers`, async () => {
        const { redis, sentinels, proxies } = await look({ parts: ['redis', 'sentinels', 'proxies'] });
        return (redis[node.id] ?? sentinels[node.id] ?? proxies[node.id])?.known;
      });
    }
    await until('the replica is in sync and all answer', async () => {
      const snapshot = await look({ parts: ['redis', 'sentinels', 'proxies'] });
      const all = [...Object.values(snapshot.redis), ...Object.values(snapshot.sentinels), ...Object.values(snapshot.proxies)];
      return (
        all.every((seen) => seen.known) &&
        valueOf(snapshot.redis['redis-2'])?.link === 'up' &&
        valueOf(snapshot.redis['redis-1'])?.replicas[0]?.state === 'online'
      );
    });
  }, 60_000);

  it('is told in full', async () => {
    const snapshot = await look();
    expect(authority(deployment, snapshot)).toEqual({ master: 'redis-1', epoch: 0, by: 'sentinels' });

    const master = valueOf(snapshot.redis['redis-1']);
    expect(master).toMatchObject({
      engine: 'redis',
      role: 'master',
      link: 'master',
      keys: 0,
      replicas: [{ address: '127.0.0.1', port: 26311, state: 'online' }],
    });
    expect(master?.config['maxmemory']).toBe('67108864');
    expect(master?.acl['replica']).toContain('#{{sha256:replica}}');
    expect(valueOf(snapshot.redis['redis-2'])).toMatchObject({
      role: 'replica',
      link: 'up',
      master: { address: '127.0.0.1', port: 26310 },
      replicationId: master?.replicationId,
    });

    expect(valueOf(snapshot.sentinels['sentinel-1'])).toMatchObject({
      myid: deployment.sentinels[0]?.myid,
      tilt: false,
      master: { address: '127.0.0.1', port: 26310, flags: ['master'], configEpoch: 0, quorum: 1, downAfterMs: 2000 },
      otherMasters: [],
      replicas: [{ address: '127.0.0.1', port: 26311 }],
      quorumCheck: expect.stringMatching(/^OK /),
    });

    const proxy = valueOf(snapshot.proxies['proxy-1']);
    expect(proxy?.servers.map(({ backend, node, state }) => `${backend}/${node} ${state}`).sort()).toEqual([
      'read/redis-1 maint',
      'read/redis-2 maint',
      'write/hold maint',
      'write/redis-1 maint',
      'write/redis-2 maint',
    ]);

    for (const node of allNodes(deployment)) {
      const service = valueOf(snapshot.services[node.id]);
      expect(service).toMatchObject({ state: 'running', pid: expect.any(Number) });
      expect(Object.values(service?.files ?? {}).filter((file) => !file.present || file.matches === false)).toEqual([]);
    }
    expect(valueOf(snapshot.services['proxy-1'])?.files).toEqual({ 'haproxy.cfg': { present: true, matches: true } });
    expect(valueOf(snapshot.machines['local'])?.listening.map(({ port }) => port)).toEqual([26300, 26301, 26302, 26310, 26311, 26330]);
  });

  it('holds no password', async () => {
    const text = JSON.stringify(await look());
    for (const user of serviceUsers) expect(text).not.toContain(secrets.lookup(user)?.value);
  });

  it('follows the slots of a proxy', async () => {
    const proxy = await target.haproxy(deployment.proxies[0] as Node, 1000);
    const states = async () => {
      const snapshot = await look({ parts: ['proxies'] });
      return Object.fromEntries((valueOf(snapshot.proxies['proxy-1'])?.servers ?? []).map(({ backend, node, state }) => [`${backend}/${node}`, state]));
    };
    expect(await proxy.command('set server write/redis-1 state ready;set server write/hold state ready')).toBe('');
    expect(await states()).toMatchObject({ 'write/redis-1': 'open', 'write/hold': 'open', 'write/redis-2': 'maint' });
    expect(await proxy.command('set server write/hold state drain')).toBe('');
    expect(await states()).toMatchObject({ 'write/redis-1': 'open', 'write/hold': 'drain' });
    expect(await proxy.command('set server write/redis-1 state maint;set server write/hold state maint')).toBe('');
    expect(await states()).toMatchObject({ 'write/redis-1': 'maint', 'write/hold': 'maint' });
    await expect(proxy.command('set maxconn frontend write-endpoint 10')).rejects.toThrow('never sent');
  });

  it('tells a file of ours that was changed', async () => {
    const path = `${target.machines[0]?.dirOf('proxy-1')}/haproxy.cfg`;
    const text = (await target.machines[0]?.transport.readFile(path)) ?? '';
    await target.machines[0]?.transport.writeFile(path, `${text}# by hand\n`, { mode: 0o600 });
    expect(valueOf((await look()).services['proxy-1'])?.files['haproxy.cfg']).toEqual({ present: true, matches: false });
    await target.machines[0]?.transport.writeFile(path, text, { mode: 0o600 });
  });

  it('names a wrong password, and a missing one, without failing', async () => {
    const wrong = new Credentials([['vigie', 'not-the-password']]);
    expect((await observe(deployment, target, wrong)).redis['redis-1']).toMatchObject({ known: false, why: 'auth' });
    const none = await observe(deployment, target, new Credentials([]));
    expect(none.sentinels['sentinel-1']).toMatchObject({ known: false, why: 'auth', detail: expect.stringContaining('not here') });
    expect(valueOf(none.proxies['proxy-1'])?.pid).toBeGreaterThan(0);
  });

  it('waits for nobody: frozen is silence, dead is refused, the rest is seen', async () => {
    const frozen = pidOf(await look(), 'redis-1');
    const dead = pidOf(await look(), 'redis-2');
    process.kill(frozen, 'SIGSTOP');
    try {
      process.kill(dead, 'SIGKILL');
      const startedMs = performance.now();
      const snapshot = await until('the killed one to refuse', async () => {
        const now = await look({ deadlineMs: 700 });
        return now.redis['redis-2']?.known === false && now.redis['redis-2'].why === 'refused' ? now : undefined;
      });
      expect(snapshot.redis['redis-1']).toMatchObject({ known: false, why: 'timeout' });
      expect(valueOf(snapshot.sentinels['sentinel-1'])).toBeDefined();
      expect(valueOf(snapshot.proxies['proxy-1'])).toBeDefined();
      expect(valueOf(snapshot.services['redis-1'])?.state).toBe('running');
      expect(valueOf(snapshot.services['redis-2'])).toMatchObject({ state: 'stopped', cleanStop: false });
      // One look, or a second one when the kill had not arrived yet.
      expect(performance.now() - startedMs).toBeLessThan(2 * 700 + 1000);
    } finally {
      process.kill(frozen, 'SIGCONT');
    }
  }, 30_000);
});

function look(options?: ObserveOptions): Promise<Snapshot> {
  return observe(deployment, target, secrets, { deadlineMs: 5000, ...options });
}

function pidOf(snapshot: Snapshot, id: string): number {
  const pid = valueOf(snapshot.services[id])?.pid;
  if (pid === undefined) throw new Error(`${id} has no pid`);
  return pid;
}

async function start(node: Node): Promise<void> {
  const machine = target.machineOf(node);
  const dir = machine.dirOf(node.id);
  for (const file of renderNode(deployment, node, dir)) await machine.transport.writeFile(`${dir}/${file.path}`, fill(file.text, secrets), { mode: file.mode });
  // What a first apply does for the first master: its gate would wait for Sentinels.
  if (node.kind === 'redis' && node.initialRole === 'master') await machine.transport.writeFile(`${dir}/${paths.permit}`, '', { mode: 0o600 });
  const result = await machine.transport.run(machine.runtime.start(serviceOf(deployment, node, dir)));
  expect(result).toMatchObject({ exitCode: 0, stderr: '' });
}

async function stop(node: Node): Promise<void> {
  const machine = target.machineOf(node);
  await machine.transport.run(machine.runtime.stop(serviceOf(deployment, node, machine.dirOf(node.id))), { timeoutMs: 60_000 });
}

function listen(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.resume().on('error', () => {})).once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function until<T>(what: string, ask: () => Promise<T>): Promise<NonNullable<Exclude<T, false>>> {
  const endsAt = performance.now() + 30_000;
  for (;;) {
    const answer = await ask();
    if (answer) return answer as NonNullable<Exclude<T, false>>;
    if (performance.now() > endsAt) throw new Error(`waited in vain until ${what}: ${JSON.stringify(await look())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
