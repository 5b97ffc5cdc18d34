// The engine on real processes: up from nothing, nothing to do, a failover healed, a change made live, down and up again.

import { afterAll, expect, test } from 'vitest';
import { authority } from '../../src/observed/authority.ts';
import { type Snapshot, valueOf } from '../../src/observed/snapshot.ts';
import { engine } from '../harness/engine.ts';
import { exampleDeployment } from '../harness/example.ts';

const deployment = exampleDeployment({ portBase: 26500 });
const stack = engine(deployment);

function kill(snapshot: Snapshot, id: string): void {
  const pid = valueOf(snapshot.redis[id])?.pid;
  // 0 would be our own process group.
  if (pid === undefined || pid <= 1) throw new Error(`${id} is not there to be killed`);
  process.kill(pid, 'SIGKILL');
}

afterAll(() => stack.end());

test('up from nothing', async () => {
  const { steps } = await stack.apply();
  expect(steps).toContain('start/redis-1');
  const plan = await stack.planNow();
  expect(plan).toEqual({ steps: [], refused: [], notes: [] });
});

test('the master is killed, Sentinel promotes, apply brings the dead one back as a replica and touches nothing else', async () => {
  const before = await stack.look();
  kill(before, 'redis-1');
  const { steps } = await stack.apply();
  expect(steps).toContain('start/redis-1');
  const after = await stack.look();
  const who = authority(deployment, after);
  expect(who.master).toMatch(/redis-[23]/);
  expect(valueOf(after.redis['redis-1'])?.role).toBe('replica');
  for (const id of ['redis-2', 'redis-3']) expect(valueOf(after.redis[id])?.pid).toBe(valueOf(before.redis[id])?.pid);
  expect((await stack.planNow()).steps).toEqual([]);
});

test('down and up again: the same master, without a permit', async () => {
  const before = authority(deployment, await stack.look());
  await stack.down();
  await stack.apply();
  expect(authority(deployment, await stack.look()).master).toBe(before.master);
});
