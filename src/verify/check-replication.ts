// Replication: one master, and every other node a true copy of it that takes no writes of its own.

import type { RedisNode } from '../desired/deployment.ts';
import { absence } from '../observed/absence.ts';
import { type Authority, authority } from '../observed/authority.ts';
import { listed, nameAt } from '../observed/namings.ts';
import { type RedisFacts, type Snapshot, valueOf } from '../observed/snapshot.ts';
import { RedisReplyError, RedisUnreachable } from '../target/redis.ts';
import { type Check, Failed, Unclear } from './check.ts';
import type { VerifyContext } from './context.ts';

export function replicationChecks(context: VerifyContext): Check[] {
  const { deployment } = context;
  const only = deployment.redis.length === 1;
  const master: Check = {
    id: 'replication/master',
    title: only ? 'the node is master' : 'there is one master',
    run: async () => oneMaster(context, await context.snapshot),
  };
  if (only) return [master];
  return [
    master,
    ...deployment.redis.map((node) => ({
      id: `replication/${node.id}`,
      title: `${node.id} holds the data of the master`,
      run: async () => inSync(context, await context.snapshot, node),
    })),
    { id: 'replication/readonly', title: 'only the master takes writes', run: async () => onlyMasterWrites(context, await context.snapshot) },
  ];
}

/** Who is master, or a failed check saying why nobody knows. */
export function masterOf({ deployment }: VerifyContext, snapshot: Snapshot): Extract<Authority, { master: string }> {
  const who = authority(deployment, snapshot);
  if (who.master === undefined) throw new Failed(who.why);
  return who;
}

function oneMaster(context: VerifyContext, snapshot: Snapshot): string {
  const who = masterOf(context, snapshot);
  const masters = context.deployment.redis.filter((node) => valueOf(snapshot.redis[node.id])?.role === 'master').map((node) => node.id);
  if (masters.join() !== who.master)
    throw new Failed(masters.length === 0 ? `${who.master} does not answer as master` : `${masters.join(' and ')} say master; ${who.master} should`);
  return who.by === 'sentinels' ? `${who.master} says so, and the Sentinels name it (epoch ${who.epoch})` : `${who.master} says so`;
}

function inSync(context: VerifyContext, snapshot: Snapshot, node: RedisNode): string {
  const facts = factsOf(context, snapshot, node);
  const who = masterOf(context, snapshot);
  if (node.id === who.master) {
    const online = facts.replicas.filter((replica) => replica.state === 'online').length;
    if (online < context.deployment.redis.length - 1) throw new Failed(`the master has ${online} of ${context.deployment.redis.length - 1} replicas online`);
    return `the master, ${online} replicas online, offset ${facts.offset}`;
  }
  const master = valueOf(snapshot.redis[who.master]);
  const followed = facts.master === undefined ? 'nobody' : nameAt(context.deployment, facts.master.address, facts.master.port);
  if (followed !== who.master) throw new Failed(`it follows ${followed}, not ${who.master}`);
  if (facts.link !== 'up') throw new Failed(`its link to ${followed} is ${facts.link}`);
  if (master && facts.replicationId !== master.replicationId)
    throw new Failed(`its history (${facts.replicationId.slice(0, 8)}) is not that of ${followed} (${master.replicationId.slice(0, 8)})`);
  return `follows ${followed}, link up, same history${master ? `, ${Math.max(0, master.offset - facts.offset)} bytes behind` : ''}`;
}

async function onlyMasterWrites(context: VerifyContext, snapshot: Snapshot): Promise<string> {
  const { master } = masterOf(context, snapshot);
  const replicas = context.deployment.redis.filter((node) => node.id !== master);
  const found = await Promise.all(replicas.map((node) => takesWrites(context, snapshot, node)));
  const ids = (word: string): string[] => replicas.filter((_, n) => found[n] === word).map(({ id }) => id);
  if (ids('taken').length > 0) throw new Failed(`${listed(ids('taken'))} took a write, though ${master} is the master`);
  if (ids('unseen').length > 0) throw new Unclear(`${listed(ids('unseen'))} could not be asked`);
  return `${listed(ids('refused'))} ${replicas.length === 1 ? 'answers' : 'answer'} a write with READONLY`;
}

/** The key expires and is removed, should a node that must refuse it take it. */
async function takesWrites(context: VerifyContext, snapshot: Snapshot, node: RedisNode): Promise<'taken' | 'refused' | 'unseen'> {
  if (!snapshot.redis[node.id]?.known) return 'unseen';
  const key = `${context.keyPrefix}:readonly`;
  try {
    const redis = await context.connections.node(node, 'default');
    await redis.call('SET', key, '1', 'EX', 60);
    await redis.call('DEL', key);
    return 'taken';
  } catch (error) {
    if (error instanceof RedisUnreachable) return 'unseen';
    if (error instanceof RedisReplyError && error.prefix === 'READONLY') return 'refused';
    throw error;
  }
}

function factsOf({ deployment }: VerifyContext, snapshot: Snapshot, node: RedisNode): RedisFacts {
  const facts = valueOf(snapshot.redis[node.id]);
  if (facts) return facts;
  const gone = absence(snapshot, node);
  const words = gone?.words ?? `was not asked in this look at ${deployment.name}`;
  throw gone?.certain === true ? new Failed(`${node.id} ${words}`) : new Unclear(`${node.id} ${words}`);
}
