// Ways in which data was lost when the tool was attacked, each tried again on real processes: law 2.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Place, place } from '../harness/cli.ts';

const base = 27500;
let here: Place;
beforeEach(async () => {
  here = place();
  here.write('vigie.yaml', topology('aof'));
  const ran = await here.vigie('up', '--detach');
  expect(ran.code, ran.stderr).toBe(0);
});
afterEach(() => here.end());

const topology = (persistence: string) =>
  `name: data\nmode: sentinel\ntarget: local\nprofile: dev\nportBase: ${base}\nredis: { on: [a, b, c], persistence: ${persistence} }\nsentinel: { on: [a, b, c] }\nproxy: { on: [a] }\n`;
const cli = async (where: string, ...command: string[]): Promise<string> => (await here.vigie('connect', where, ...command)).stdout.trim();
const killAll = (): void => {
  for (const pid of Object.values(here.pids())) process.kill(pid, 'SIGKILL');
};
const fill = async (): Promise<void> => {
  await cli('write', 'EVAL', "for i = 1, 300 do redis.call('SET', 'key:' .. i, i) end return 'OK'", '0');
  for (const id of ['redis-a', 'redis-b', 'redis-c']) await expect.poll(() => cli(id, 'DBSIZE'), { timeout: 20_000 }).toBe('300');
  // The AOF is on disk within a second of the write, and the journal says so within another.
  await expect.poll(async () => (await cli('redis-b', 'INFO', 'persistence')).includes('aof_pending_bio_fsync:0'), { timeout: 10_000 }).toBe(true);
  await journalled();
};
/** Every journal shows what the node has now. */
const journalled = async (): Promise<void> => {
  const { readFileSync } = await import('node:fs');
  for (const id of ['redis-a', 'redis-b', 'redis-c']) {
    const offset = Number(/(?:master_repl_offset|slave_repl_offset):(\d+)/.exec(await cli(id, 'INFO', 'replication'))?.[1]);
    await expect
      .poll(() => Number(readFileSync(join(here.home, 'data', 'nodes', id, 'journal'), 'utf8').split(' ')[2]), { timeout: 20_000 })
      .toBeGreaterThanOrEqual(offset);
  }
};

test('everything is killed and two of three disks are emptied, the master too: the one that has data wins', async () => {
  await fill();
  killAll();
  for (const id of ['redis-a', 'redis-c']) rmSync(join(here.home, 'data', 'nodes', id, 'data'), { recursive: true });
  const ran = await here.vigie('apply', '--yes');
  expect(ran.code, ran.stderr).toBe(0);
  for (const id of ['redis-a', 'redis-b', 'redis-c']) expect(await cli(id, 'DBSIZE')).toBe('300');
});

test('the append-only file is given up live: the data is on disk in another form before, and a crash loses nothing', async () => {
  await fill();
  here.write('vigie.yaml', topology('rdb'));
  const ran = await here.vigie('apply', '--yes');
  expect(ran.code, ran.stderr).toBe(0);
  killAll();
  const again = await here.vigie('apply', '--yes');
  expect(again.code, again.stderr).toBe(0);
  for (const id of ['redis-a', 'redis-b', 'redis-c']) expect(await cli(id, 'DBSIZE')).toBe('300');
});

test('the Sentinels lose their files while everything is down: who was master last is master again, not the first of the topology', async () => {
  await fill();
  process.kill(here.pids()['redis-a'] ?? Number.NaN, 'SIGKILL');
  expect((await here.vigie('apply', '--yes')).code).toBe(0);
  await cli('write', 'SET', 'after', 'failover');
  await journalled();
  expect((await here.vigie('down', '--yes')).code).toBe(0);
  for (const id of ['sentinel-a', 'sentinel-b', 'sentinel-c']) rmSync(join(here.home, 'data', 'nodes', id, 'sentinel.conf'));
  const ran = await here.vigie('apply', '--yes');
  expect(ran.code, ran.stderr).toBe(0);
  expect(await cli('write', 'GET', 'after')).toBe('failover');
});
