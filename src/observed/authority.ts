// Who is master, as far as that can be said from one look: the question before every act. Nothing is guessed.

import { type Deployment, type RedisNode, majority } from '../desired/deployment.ts';
import { type RedisFacts, type Snapshot, valueOf } from './snapshot.ts';

export type Authority =
  /** `master` is a node id. `sentinels`: a majority of all of them says so, at config epoch `epoch`. `role`: its own word, uncontradicted
   *  (epoch 0). `initial`: nothing ever ran, so the topology says so (epoch 0). */
  { master: string; epoch: number; by: 'sentinels' | 'role' | 'initial' } | { master: undefined; why: string };

// Rules, in the order of the code:
// 1. In sentinel mode the master is whom a majority of all configured Sentinels names, all at the highest config epoch that anybody was
//    heard to name. Sentinels that did not answer count as not naming it.
// 2. That node must be one of ours, and if it answers, its own ROLE must say master.
// 3. Where nothing ever ran, the topology says who is master.
// 4. Where no Sentinel ever ran (a first apply was interrupted), and in the modes without Sentinels, it is the one reachable node that says
//    master, if nobody reachable follows somebody else. Several: nobody knows.
export function authority(deployment: Deployment, snapshot: Snapshot): Authority {
  switch (deployment.mode) {
    case 'cluster':
      return { master: undefined, why: 'a cluster has a master for each shard' };
    case 'standalone':
    case 'replication':
      return nothingEverRan(deployment, snapshot) ? initial(deployment) : byRole(deployment, snapshot);
    case 'sentinel':
      if (namings(deployment, snapshot).length > 0) return bySentinels(deployment, snapshot);
      if (nothingEverRan(deployment, snapshot)) return initial(deployment);
      if (noSentinelEverRan(deployment, snapshot)) return byRole(deployment, snapshot);
      return { master: undefined, why: `no Sentinel says who is master: ${silence(deployment, snapshot).join(', ')}` };
  }
}

/** A Sentinel that was heard is failing over: roles are about to change, and nobody but the Sentinels changes them now. */
export function failoverRuns(deployment: Deployment, snapshot: Snapshot): boolean {
  return deployment.sentinels.some((node) => valueOf(snapshot.sentinels[node.id])?.master?.flags.includes('failover_in_progress') === true);
}

interface Naming {
  sentinel: string;
  address: string;
  port: number;
  epoch: number;
}

function bySentinels(deployment: Deployment, snapshot: Snapshot): Authority {
  const all = namings(deployment, snapshot);
  const epoch = Math.max(...all.map((naming) => naming.epoch));
  const current = all.filter((naming) => naming.epoch === epoch);
  const named = new Set(current.map(({ address, port }) => `${address}:${port}`));
  const [first] = current;
  if (first === undefined || named.size > 1) {
    return { master: undefined, why: `at config epoch ${epoch} the Sentinels name ${[...named].join(' and ')}` };
  }
  const node = nodeAt(deployment, first.address, first.port);
  const who = node?.id ?? `${first.address}:${first.port}`;
  if (current.length < majority(deployment)) {
    const others = [...behind(all, epoch), ...silence(deployment, snapshot)];
    const count = `${current.length} of ${deployment.sentinels.length} Sentinels ${current.length === 1 ? 'names' : 'name'} ${who} at config epoch ${epoch}`;
    return { master: undefined, why: `only ${count}, ${majority(deployment)} are needed (${others.join(', ')})` };
  }
  if (node === undefined) return { master: undefined, why: `the Sentinels name ${who}, which is no node of ${deployment.name}` };
  const facts = valueOf(snapshot.redis[node.id]);
  if (facts && facts.role !== 'master') return { master: undefined, why: `the Sentinels name ${who}, but it says that it is a replica` };
  return { master: node.id, epoch, by: 'sentinels' };
}

function byRole(deployment: Deployment, snapshot: Snapshot): Authority {
  const seen = deployment.redis.flatMap((node): [RedisNode, RedisFacts][] => {
    const facts = valueOf(snapshot.redis[node.id]);
    return facts ? [[node, facts]] : [];
  });
  const masters = seen.filter(([, facts]) => facts.role === 'master');
  const [found] = masters;
  if (found === undefined) return { master: undefined, why: 'no node that answers says that it is master' };
  if (masters.length > 1) return { master: undefined, why: `${masters.map(([node]) => node.id).join(' and ')} all say that they are master` };
  const [master] = found;
  for (const [node, facts] of seen) {
    const followed = facts.master && nodeAt(deployment, facts.master.address, facts.master.port);
    if (facts.master && followed?.id !== master.id) {
      const other = followed?.id ?? `${facts.master.address}:${facts.master.port}`;
      return { master: undefined, why: `${master.id} says that it is master, but ${node.id} follows ${other}` };
    }
  }
  return { master: master.id, epoch: 0, by: 'role' };
}

function initial(deployment: Deployment): Authority {
  const master = deployment.redis.find((node) => node.initialRole === 'master');
  return master ? { master: master.id, epoch: 0, by: 'initial' } : { master: undefined, why: 'the topology names no first master' };
}

/** Every Redis node was looked at, and none holds, or ever held, anything. */
export function nothingEverRan(deployment: Deployment, snapshot: Snapshot): boolean {
  return deployment.redis.every((node) => {
    if (valueOf(snapshot.redis[node.id])) return false;
    const facts = valueOf(snapshot.services[node.id]);
    if (!facts) return false;
    return facts.state === 'absent' || (facts.state === 'stopped' && facts.journal === undefined && facts.dataBytes === 0 && facts.cleanStop);
  });
}

/** Every Sentinel's place was looked at, and none was ever started: a first apply was interrupted, or stopped at an earlier stage. */
export function noSentinelEverRan(deployment: Deployment, snapshot: Snapshot): boolean {
  return deployment.sentinels.every((node) => {
    const facts = valueOf(snapshot.services[node.id]);
    return facts !== undefined && (facts.state === 'absent' || (facts.state === 'stopped' && facts.started === undefined));
  });
}

function namings(deployment: Deployment, snapshot: Snapshot): Naming[] {
  return deployment.sentinels.flatMap((node) => {
    const master = valueOf(snapshot.sentinels[node.id])?.master;
    return master ? [{ sentinel: node.id, address: master.address, port: master.port, epoch: master.configEpoch }] : [];
  });
}

function behind(all: Naming[], epoch: number): string[] {
  return all.filter((naming) => naming.epoch < epoch).map((naming) => `${naming.sentinel} is at ${naming.epoch}`);
}

function silence(deployment: Deployment, snapshot: Snapshot): string[] {
  return deployment.sentinels.flatMap((node) => {
    const seen = snapshot.sentinels[node.id];
    if (!seen) return [`${node.id} was not asked`];
    if (!seen.known) return [`${node.id}: ${seen.why}`];
    return seen.value.master ? [] : [`${node.id} does not know ${deployment.masterName}`];
  });
}

function nodeAt(deployment: Deployment, address: string, port: number): RedisNode | undefined {
  return deployment.redis.find((node) => node.address === address && node.port === port);
}
