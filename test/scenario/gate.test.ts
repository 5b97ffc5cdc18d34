// The boot gate on real processes: whatever happened to a master, nobody who held more is overwritten by it (law 2; PROTOCOL 6, 7, 21).

import { cp, mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Deployment, type Node, type RedisNode, allNodes } from '../../src/desired/deployment.ts';
import { renderNode } from '../../src/render/node.ts';
import { fill } from '../../src/shared/template.ts';
import { exampleDeployment } from '../harness/example.ts';
import { Lab, run, secrets } from '../harness/gate-lab.ts';

let root: string;
let lab: Lab;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'vigie-gate-'));
});

afterEach(async () => {
  await lab.end();
  await rm(root, { recursive: true, force: true });
});

describe('a master that was killed', () => {
  test('comes back empty at once: nobody is wiped, and it ends as a replica with the data', async () => {
    const { m, r1, r2 } = await up();
    await lab.write(m, 1, 300);
    await lab.kill(m);
    await rm(join(lab.dirOf(m), 'data'), { recursive: true });
    await lab.start(m);
    await until('the gate to wait', async () =>
      (await lab.facts(m)).gateSaid?.startsWith('Waits: the Sentinels name this node as master, but its data is gone'),
    );
    expect((await lab.facts(m)).state).toBe('waiting');
    await until('the old master to be a replica in sync', () => lab.inSync(m));
    for (const node of [m, r1, r2]) expect(await lab.keys(node)).toBe(300);
    expect((await lab.masters()).length).toBe(1);
    expect(await lab.masters()).not.toContain(m.id);
  });

  test('comes back at once with stale data: it keeps a copy of it, then follows', async () => {
    const { m, r1, r2 } = await up();
    await lab.write(m, 1, 100);
    await cp(join(lab.dirOf(m), 'data'), join(root, 'stale'), { recursive: true });
    await lab.write(m, 101, 300);
    await until('the journal to know them', async () => ((await lab.facts(m)).journal?.offset ?? 0) > 5000);
    await lab.kill(m);
    await rm(join(lab.dirOf(m), 'data'), { recursive: true });
    await cp(join(root, 'stale'), join(lab.dirOf(m), 'data'), { recursive: true });
    await lab.start(m);
    await until('the gate to wait', async () => (await lab.facts(m)).gateSaid?.includes('was not stopped cleanly'));
    await until('the old master to be a replica in sync', () => lab.inSync(m));
    for (const node of [m, r1, r2]) expect(await lab.keys(node)).toBe(300);
    const [kept] = await readdir(join(lab.dirOf(m), 'kept'));
    expect(kept).toMatch(/^\d{8}T\d{6}Z-diverged$/);
    const note = await readFile(join(lab.dirOf(m), 'kept', String(kept), 'note'), 'utf8');
    expect(note).toMatch(/replication-id [0-9a-f]{40}\noffset \d{4,}\n/);
    expect(await readdir(join(lab.dirOf(m), 'kept', String(kept), 'appendonlydir'))).toEqual(expect.arrayContaining([expect.stringMatching(/incr\.aof$/)]));
    await until('its redis.conf to name the master it follows', async () => /^replicaof /m.test(await readFile(join(lab.dirOf(m), 'redis.conf'), 'utf8')));
    await until('its priority to be given back', async () => (await lab.priority(m)) === '100');
  });

  test('comes back after the failover: follows, and gets its priority back', async () => {
    const { m, r1, r2 } = await up();
    await lab.write(m, 1, 50);
    await lab.kill(m);
    await until('a failover', async () => (await lab.masters()).some((id) => id !== m.id));
    await lab.start(m);
    await until('the old master to be a replica in sync', () => lab.inSync(m));
    await until('its priority to be given back', async () => (await lab.priority(m)) === '100');
    expect((await readdir(join(lab.dirOf(m), 'kept'))).length).toBe(1);
    for (const node of [m, r1, r2]) expect(await lab.keys(node)).toBe(50);
  });

  test('does not start as master without a majority of the Sentinels', async () => {
    const { m, r1, r2 } = await up({}, {}, 1);
    for (const node of [r1, r2]) {
      expect((await lab.facts(node)).state).toBe('running');
      await until('a newcomer without a permit to get its priority', async () => (await lab.priority(node)) === '100');
    }
    for (const sentinel of lab.deployment.sentinels.slice(1)) await lab.stop(sentinel);
    await lab.kill(m);
    await lab.start(m);
    await until('the gate to say what is missing', async () => (await lab.facts(m)).gateSaid?.startsWith('Waits: 1 of 3 Sentinels answer, 2 are needed'));
    expect((await lab.facts(m)).gateSaid).toContain('vigie apply');
    expect(await lab.masters()).toEqual([]);
    // A waiting gate is stopped like any service.
    await lab.stop(m);
    expect(await lab.facts(m)).toMatchObject({ state: 'stopped', cleanStop: false });
  });

  test('has a permit but no Sentinel answers: it waits while another node calls itself master', async () => {
    const { m, r1 } = await up();
    await lab.write(m, 1, 30);
    for (const sentinel of lab.deployment.sentinels) await lab.stop(sentinel);
    await lab.kill(m);
    await lab.call(r1, 'REPLICAOF', 'NO', 'ONE');
    await writeFile(join(lab.dirOf(m), 'permit'), '');
    await lab.start(m);
    await until('the gate to see the other master', async () =>
      (await lab.facts(m)).gateSaid?.startsWith(`Waits: a permit lies here, but ${r1.address}:${r1.port} calls itself master`),
    );
    expect(await lab.masters()).toEqual([r1.id]);
    expect(await readdir(lab.dirOf(m))).toContain('permit');
    await lab.call(r1, 'REPLICAOF', m.address, String(m.port));
    await until('the permitted master', async () => (await lab.masters()).includes(m.id));
    expect(await lab.keys(m)).toBe(30);
    expect(await readdir(lab.dirOf(m))).not.toContain('permit');
  });
});

describe('everything down at once', () => {
  test.each([[[0, 1, 2]], [[2, 1, 0]], [[1, 0, 2]]])(
    'killed, back in the order %j: nobody is master without a permit; with it all data is there',
    async (order) => {
      const { m, all } = await up();
      await lab.write(m, 1, 200);
      await until('all replicas to have it', async () => (await lab.keys(all[1] as RedisNode)) + (await lab.keys(all[2] as RedisNode)) === 400);
      await until('every journal to have it', async () =>
        (await Promise.all(all.map((node) => lab.facts(node)))).every((facts) => (facts.journal?.durableOffset ?? 0) > 5000),
      );
      for (const node of allNodes(lab.deployment)) await lab.kill(node);
      for (const index of order) {
        await lab.start(all[index] as RedisNode);
        await lab.start(lab.deployment.sentinels[index] as Node);
      }
      await until('the Sentinels to have tried', async () => lab.sentinelsSaid('-failover-abort-no-good-slave'), 60_000);
      await until('the gate to ask for a person', async () => (await lab.facts(m)).gateSaid?.includes('vigie apply'));
      expect(await lab.masters()).toEqual([]);
      for (const node of all.slice(1)) {
        expect(await lab.priority(node)).toBe('0');
        // The journal of the last life is what a person, or apply, decides by: it must survive this start.
        expect((await lab.facts(node)).journal?.durableOffset).toBeGreaterThan(5000);
      }
      await writeFile(join(lab.dirOf(m), 'permit'), '');
      await until('the permitted master', async () => (await lab.masters()).includes(m.id));
      for (const node of all.slice(1)) await until('its replicas in sync', () => lab.inSync(node));
      for (const node of all) expect(await lab.keys(node)).toBe(200);
      expect(await readdir(lab.dirOf(m))).not.toContain('permit');
      for (const node of all.slice(1)) await until('priorities to be given back', async () => (await lab.priority(node)) === '100');
    },
  );

  test('an emptied replica starts, and its journal no longer claims what it has lost', async () => {
    const { r1, r2, all } = await up();
    await lab.write(all[0] as RedisNode, 1, 200);
    await until('the journals to have it', async () =>
      (await Promise.all([r1, r2].map((node) => lab.facts(node)))).every((facts) => (facts.journal?.durableOffset ?? 0) > 5000),
    );
    for (const node of allNodes(lab.deployment)) await lab.kill(node);
    const before = (await lab.facts(r1)).journal;
    await rm(join(lab.dirOf(r1), 'data'), { recursive: true });
    for (const node of [r1, r2]) await lab.start(node);
    await until('Redis to have written its empty files', async () => (await lab.facts(r1)).dataBytes > 0 && (await lab.keys(r1)) === 0);
    expect((await lab.facts(r1)).journal).toEqual({ ...before, offset: 0, durableOffset: 0 });
    expect((await lab.facts(r2)).journal?.durableOffset).toBeGreaterThan(5000);
    // Nor at its next start, when those files are there.
    await lab.stop(r1);
    await lab.start(r1);
    await until('it to answer', async () => (await lab.keys(r1)) === 0);
    expect((await lab.facts(r1)).journal).toMatchObject({ durableOffset: 0, role: 'replica' });
  });

  test('stopped cleanly, started again: comes back by itself', async () => {
    const { m, all } = await up();
    await lab.write(m, 1, 200);
    for (const node of [...lab.deployment.sentinels, ...all]) await lab.stop(node);
    for (const node of all) expect(await lab.facts(node)).toMatchObject({ state: 'stopped', cleanStop: true });
    await Promise.all([...all, ...lab.deployment.sentinels].map((node) => lab.start(node)));
    await until('the master', async () => (await lab.masters()).includes(m.id));
    for (const node of all.slice(1)) await until('its replicas in sync', () => lab.inSync(node));
    for (const node of all) expect(await lab.keys(node)).toBe(200);
  });
});

describe('persistence none', () => {
  const none = { appendonly: 'no', 'shutdown-on-sigterm': 'save', 'shutdown-on-sigint': 'save' };

  test('a clean stop keeps the data; after a kill the old dump is set aside, never loaded', async () => {
    const { m, all } = await up({ persistence: 'none' }, none);
    await lab.write(m, 1, 70);
    for (const node of [...lab.deployment.sentinels, ...all]) await lab.stop(node);
    await Promise.all([...all, ...lab.deployment.sentinels].map((node) => lab.start(node)));
    await until('the master', async () => (await lab.masters()).includes(m.id));
    expect(await lab.keys(m)).toBe(70);
    for (const node of all.slice(1)) await until('its replicas in sync', () => lab.inSync(node));
    await lab.write(m, 71, 90);
    await lab.kill(m);
    await lab.start(m);
    await until('the old master to be a replica in sync', () => lab.inSync(m));
    for (const node of all) expect(await lab.keys(node)).toBe(90);
    expect(await readdir(join(lab.dirOf(m), 'kept'))).toEqual([expect.stringMatching(/-stale$/)]);
  });

  test('standalone: the same, with nobody to ask', async () => {
    const deployment = exampleDeployment({ portBase: 26200, config: { ...none, 'min-replicas-to-write': '0' } });
    lab = new Lab(root, { ...deployment, mode: 'standalone', persistence: 'none', redis: deployment.redis.slice(0, 1), sentinels: [], proxies: [] });
    await lab.writeFiles();
    const m = lab.deployment.redis[0] as RedisNode;
    await lab.start(m);
    await until('it to answer', async () => (await lab.masters()).includes(m.id));
    await lab.write(m, 1, 10);
    await lab.stop(m);
    await lab.start(m);
    await until('its data', async () => (await lab.keys(m)) === 10);
    await lab.write(m, 11, 20);
    await lab.kill(m);
    await lab.start(m);
    await until('it to answer', async () => (await lab.masters()).includes(m.id));
    expect(await lab.keys(m)).toBe(0);
  });
});

describe('replication without Sentinels', () => {
  test('an emptied master waits for a person; a returning one follows whoever is master now', async () => {
    const { m, r1, r2 } = await up({ mode: 'replication', sentinels: [] });
    await lab.write(m, 1, 40);
    await until('the replicas to have it', async () => (await lab.keys(r1)) + (await lab.keys(r2)) === 80);
    await lab.kill(m);
    await rm(join(lab.dirOf(m), 'data'), { recursive: true });
    await lab.start(m);
    await until('the gate to wait', async () => (await lab.facts(m)).gateSaid?.startsWith('Waits: this node was master, but its data is gone'));
    await lab.call(r1, 'REPLICAOF', 'NO', 'ONE');
    await lab.call(r2, 'REPLICAOF', r1.address, String(r1.port));
    await until('it to follow the new master', () => lab.inSync(m));
    for (const node of [m, r1, r2]) expect(await lab.keys(node)).toBe(40);
  });
});

describe('a folder that is not the one redis.conf names', () => {
  async function alone(): Promise<RedisNode> {
    const deployment = exampleDeployment({ portBase: 26200, config: { 'min-replicas-to-write': '0' } });
    lab = new Lab(root, { ...deployment, mode: 'standalone', redis: deployment.redis.slice(0, 1), sentinels: [], proxies: [] });
    await lab.writeFiles();
    const m = lab.deployment.redis[0] as RedisNode;
    await lab.start(m);
    await until('it to answer', async () => (await lab.keys(m)) === 0);
    expect(await lab.call(m, 'CONFIG', 'REWRITE')).toBe('OK\n');
    return m;
  }

  test.each(['dir', 'pidfile', 'aclfile'])('a copy does not start on what belongs to the original: %s', async (key) => {
    const m = await alone();
    const [original, copy] = [lab.dirOf(m), join(root, 'copy')];
    await lab.stop(m);
    await cp(original, copy, { recursive: true });
    const rendered = renderNode(lab.deployment, m, copy).find((file) => file.path === 'gate.sh');
    await writeFile(join(copy, 'gate.sh'), fill(String(rendered?.text), secrets));
    // Only the line in question still names the original.
    const lines = (await readFile(join(copy, 'redis.conf'), 'utf8')).split('\n');
    const mended = lines.map((line) => (line.startsWith(`${key} `) ? line : line.replaceAll(original, copy)));
    await writeFile(join(copy, 'redis.conf'), mended.join('\n'));
    const end = await run('sh', ['gate.sh'], { cwd: copy, timeout: 5000 }).catch((error: { code: number; stdout: string }) => error);
    expect(end).toMatchObject({ code: 1, stdout: expect.stringContaining(`redis.conf of this folder names another folder (${key} ${original}/`) });
    expect(await readFile(join(copy, 'gate.said'), 'utf8')).toMatch(/: this is a copy, or it was moved; .* Next: .*vigie apply\n$/);
    await lab.start(m);
    await until('the original to start as ever', async () => (await lab.keys(m)) === 0);
  });

  test('a folder behind a symbolic link, whatever it is called, is no copy', async () => {
    const outer = root;
    await mkdir(join(outer, 'réal "x" \\y'));
    root = join(outer, 'länk');
    await symlink(join(outer, 'réal "x" \\y'), root);
    try {
      const m = await alone();
      const text = await readFile(join(lab.dirOf(m), 'redis.conf'), 'utf8');
      expect(text).toContain(String.raw`/r\xc3\xa9al \"x\" \\y/`);
      expect(await realpath(lab.dirOf(m))).not.toBe(lab.dirOf(m));
      await lab.stop(m);
      await lab.start(m);
      await until('it to start again', async () => (await lab.keys(m)) === 0);
    } finally {
      await lab.end();
      root = outer;
    }
  });
});

/** The first start of a deployment, in the order of a plan. */
async function up(changes: Partial<Deployment> = {}, config: Record<string, string> = {}, permits = 3) {
  const deployment = exampleDeployment({ portBase: 26200, config: { 'repl-diskless-sync-delay': '0', ...config } });
  lab = new Lab(root, { ...deployment, proxies: [], sentinel: { ...deployment.sentinel, downAfterMs: 1000 }, ...changes });
  await lab.writeFiles();
  const all = lab.deployment.redis;
  const [m, r1, r2] = all as [RedisNode, RedisNode, RedisNode];
  for (const node of all.slice(0, permits)) await writeFile(join(lab.dirOf(node), 'permit'), '');
  for (const node of all) await lab.start(node);
  for (const node of [r1, r2]) await until('the first sync', () => lab.inSync(node));
  for (const node of lab.deployment.sentinels) await lab.start(node);
  for (const node of lab.deployment.sentinels) {
    await until('the Sentinels to agree', async () => (await lab.call(node, 'SENTINEL', 'CKQUORUM', lab.deployment.masterName)).startsWith('OK 3'));
    await until('the replicas to be seen', async () => (await lab.call(node, 'SENTINEL', 'MASTER', lab.deployment.masterName)).includes('num-slaves\n2\n'));
  }
  return { m, r1, r2, all };
}

function until(what: string, condition: () => Promise<unknown>, withinMs?: number): Promise<void> {
  return lab.until(what, condition, withinMs);
}
