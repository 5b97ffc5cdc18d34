// Steps that speak Redis or HAProxy: performed over a connection, read back, never assumed.

import type { ProxyNode } from '../desired/deployment.ts';
import { rulesFor } from '../desired/users.ts';
import { authority, failoverRuns } from '../observed/authority.ts';
import { parseInfo } from '../observed/parse-info.ts';
import { openOf, readersOf } from '../observed/routes.ts';
import { valueOf } from '../observed/snapshot.ts';
import type { Step } from '../plan/step.ts';
import { VigieError } from '../shared/errors.ts';
import { fill } from '../shared/template.ts';
import type { RedisConnection } from '../target/redis.ts';
import type { MachineStep } from './acts.ts';
import { type RunContext, nodeOf } from './run-context.ts';

export type CommandStep = Exclude<Step, MachineStep>;

export async function performCommand(step: CommandStep, context: RunContext): Promise<void> {
  const { deployment, secrets, connections } = context;
  const node = nodeOf(deployment, step.node);
  switch (step.kind) {
    case 'config-set':
      return connections.on(node, async (redis) => {
        // Without its append-only file the data must be on disk in another form first.
        if (step.parameter === 'appendonly' && step.to === 'no') await saved(redis, node.id);
        await redis.call('CONFIG', 'SET', step.parameter, step.to);
        if (step.persist) await redis.call('CONFIG', 'REWRITE');
      });
    case 'acl-set': {
      const rules = rulesFor(step.user as never, node.kind === 'sentinel' ? 'sentinel' : 'data');
      if (rules === undefined) throw new Error(`user ${step.user} has no place on ${node.id}`);
      return connections.on(node, async (redis) => {
        await redis.call('ACL', 'SETUSER', step.user, 'reset', ...fill(rules, secrets).split(' '));
        await redis.call('ACL', 'SAVE');
      });
    }
    case 'follow': {
      const master = nodeOf(deployment, step.master);
      await stillMaster(step.master, context);
      return connections.on(node, async (redis) => {
        await redis.call('REPLICAOF', master.address, master.port);
        await redis.call('CONFIG', 'REWRITE');
      });
    }
    case 'sentinel-monitor':
      return monitor(step, context);
    case 'sentinel-set':
      return connections.on(node, async (redis) => void (await redis.call('SENTINEL', 'SET', deployment.masterName, step.option, step.to)));
    case 'sentinel-debug':
      return connections.on(node, async (redis) => void (await redis.call('SENTINEL', 'DEBUG', step.option, step.toMs)));
    case 'write-route':
      return openWriteRoute(node as ProxyNode, step.to, context);
    case 'read-route':
      return openReadRoute(node as ProxyNode, step.to, context);
  }
}

/** A snapshot begun now is on disk. Waits as long as it makes progress, five minutes at the most. */
async function saved(redis: RedisConnection, id: string): Promise<void> {
  const deadline = performance.now() + 300_000;
  const field = async (name: string): Promise<string | undefined> => parseInfo(String(await redis.call('INFO', 'persistence')))[name];
  while ((await field('rdb_bgsave_in_progress')) === '1') await pause();
  const before = await field('rdb_saves');
  await redis.call('BGSAVE');
  while ((await field('rdb_bgsave_in_progress')) === '1' || (await field('rdb_saves')) === before) {
    if ((await field('rdb_last_bgsave_status')) !== 'ok' || performance.now() > deadline)
      throw new VigieError('STEP_FAILED', `${id} could not save its data as an RDB, so its append-only file stays on`);
    await pause();
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}

/** The master may have moved since the plan was made: then nobody is told to follow the old one, least of all the new master. */
async function stillMaster(master: string, context: RunContext): Promise<void> {
  const snapshot = await context.observe();
  const who = authority(context.deployment, snapshot);
  if (who.master === master && valueOf(snapshot.redis[master])?.role === 'master' && !failoverRuns(context.deployment, snapshot)) return;
  throw new VigieError(
    'PLAN_STALE',
    `${master} is not, or not certainly, the master any more: ${who.master === undefined ? who.why : `${who.master} is named now`}`,
  );
}

async function monitor(step: Extract<Step, { kind: 'sentinel-monitor' }>, context: RunContext): Promise<void> {
  const { deployment, secrets, connections } = context;
  await stillMaster(step.master, context);
  const master = nodeOf(deployment, step.master);
  const { quorum, downAfterMs, failoverTimeoutMs, parallelSyncs } = deployment.sentinel;
  const password = secrets.lookup('sentinel');
  if (password === undefined) throw new VigieError('CREDENTIALS_MISSING', 'the password of user sentinel is not here');
  await connections.on(nodeOf(deployment, step.node), async (redis) => {
    await redis.call('SENTINEL', 'MONITOR', deployment.masterName, master.address, master.port, quorum);
    const options = ['auth-user', 'sentinel', 'auth-pass', password.value, 'down-after-milliseconds', downAfterMs, 'failover-timeout', failoverTimeoutMs];
    await redis.call('SENTINEL', 'SET', deployment.masterName, ...options, 'parallel-syncs', parallelSyncs);
  });
}

/** Opens the write route to the master that the authority names at this moment; refuses when that is not `to` (law 1, law 3).
 *  Order of PROTOCOL 16: hold and drain first, then the new one; never two write servers ready. `drain`, not `maint`, for the hold slot:
 *  `maint` would cut the clients that wait on it. */
async function openWriteRoute(node: ProxyNode, to: string | null, context: RunContext): Promise<void> {
  const snapshot = await context.observe();
  const who = authority(context.deployment, snapshot);
  if (who.master === undefined || (to !== null && to !== who.master)) {
    const sees = who.master === undefined ? who.why : `${who.master} is master now`;
    throw new VigieError('ROUTE_UNSAFE', `the write route of ${node.id} stays closed: ${sees}`);
  }
  if (valueOf(snapshot.redis[who.master])?.role !== 'master')
    throw new VigieError('ROUTE_UNSAFE', `the write route of ${node.id} stays closed: ${who.master} does not answer as master`);
  const master = who.master;
  const drained = context.deployment.redis.filter(({ id }) => id !== master).map(({ id }) => `write/${id}`);
  const facts = valueOf(snapshot.proxies[node.id]);
  if (facts === undefined) throw new VigieError('PROXY_REFUSED', `${node.id} does not answer, so its write route is not touched`);
  const pinned = openOf(facts, 'write').filter((id) => id !== master);
  // Every line drains all other servers, so that even one that HAProxy carries out late leaves one write route.
  const others = drained.map((server) => `set server ${server} state drain`);
  if (pinned.length > 0)
    await say(node, context, 'set server write/hold state ready', ...others, ...pinned.map((id) => `shutdown sessions server write/${id}`));
  try {
    await say(node, context, ...others, `set server write/${master} state ready`, 'set server write/hold state drain');
    await readBack(node, context, 'write', [master]);
  } catch (error) {
    await say(node, context, ...others, `set server write/${master} state drain`).catch(() => undefined);
    throw error;
  }
}

async function openReadRoute(node: ProxyNode, to: string[] | null, context: RunContext): Promise<void> {
  const snapshot = await context.observe();
  const who = authority(context.deployment, snapshot);
  if (who.master === undefined) throw new VigieError('ROUTE_UNSAFE', `the read route of ${node.id} stays as it is: ${who.why}`);
  const wanted = to ?? readersOf(context.deployment, snapshot, who.master);
  const lines = context.deployment.redis.map(({ id }) => `set server read/${id} state ${wanted.includes(id) ? 'ready' : 'maint'}`);
  await say(node, context, ...lines);
  await readBack(node, context, 'read', wanted);
}

async function say(node: ProxyNode, context: RunContext, ...lines: string[]): Promise<void> {
  const socket = await context.target.haproxy(node, 2000);
  try {
    const answer = await socket.command(lines.join('; '));
    if (answer.replaceAll('\n', '').trim() !== '') throw new VigieError('PROXY_REFUSED', `${node.id} answered «${answer.trim()}» to «${lines.join('; ')}»`);
  } finally {
    socket.close();
  }
}

async function readBack(node: ProxyNode, context: RunContext, backend: 'write' | 'read', wanted: string[]): Promise<void> {
  const facts = valueOf((await context.observe()).proxies[node.id]);
  const open = facts === undefined ? [] : openOf(facts, backend);
  if ([...open].sort().join() === [...wanted].sort().join()) return;
  throw new VigieError(
    'PROXY_REFUSED',
    `${node.id} was told to send ${backend === 'write' ? 'writes' : 'reads'} to ${wanted.join(', ')}, but sends them to ${open.join(', ') || 'nobody'}`,
  );
}
