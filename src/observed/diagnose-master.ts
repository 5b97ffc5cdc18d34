// What is wrong with the master: the diagnoses on which everything else depends.

import { type Deployment, type RedisNode, majority } from '../desired/deployment.ts';
import { absence } from './absence.ts';
import type { Authority } from './authority.ts';
import type { Diagnosis } from './diagnosis.ts';
import { distinctNamings, listed } from './namings.ts';
import { type RedisFacts, type Snapshot, valueOf } from './snapshot.ts';

// Rules, in the order of the code:
// 1. Several nodes answer as master: said whoever is right.
// 2. Nobody can say who is master: said with the reason, unless rule 1, or Sentinels that disagree, are the reason.
// 3. The master does not answer. Its process is certainly gone, or no replica has a link to it: dead. A replica has one: it lives, and it is
//    we who do not reach it. (Why it is not there, when it loads, waits or refuses our login, is said of it as of any other node.)
// 4. Sentinels hold a master to be down that answers us.
// 5. A Sentinel runs a failover.
// 6. The master refuses writes: too few replicas, a disk it cannot save to, memory.
export function masterDiagnoses(deployment: Deployment, snapshot: Snapshot, who: Authority): Diagnosis[] {
  const found = [...severalMasters(deployment, snapshot, who)];
  if (who.master === undefined) {
    const said = found.length > 0 || distinctNamings(deployment, snapshot).length > 1;
    if (!said) found.push({ code: 'NO_MASTER', severity: 'error', sentence: `nobody can say who is master: ${who.why}`, next: 'vigie apply', nodes: [] });
    return [...found, ...failover(deployment, snapshot)];
  }
  const node = deployment.redis.find((candidate) => candidate.id === who.master);
  if (node === undefined) return found;
  const facts = valueOf(snapshot.redis[node.id]);
  if (facts === undefined) return [...found, ...lostMaster(deployment, snapshot, node, who.epoch), ...failover(deployment, snapshot)];
  return [...found, ...suspected(deployment, snapshot, node), ...failover(deployment, snapshot), ...refusals(deployment, node, facts)];
}

function severalMasters(deployment: Deployment, snapshot: Snapshot, who: Authority): Diagnosis[] {
  const masters = deployment.redis.filter((node) => valueOf(snapshot.redis[node.id])?.role === 'master').map((node) => node.id);
  if (masters.length < 2) return [];
  const right = who.master === undefined ? 'nobody can say which is right' : `${who.master} is right`;
  const next = who.master === undefined ? `look at each (vigie connect ${masters[0]} INFO replication), then vigie apply` : 'vigie apply';
  return [{ code: 'TWO_MASTERS', severity: 'error', sentence: `${listed(masters)} all say that they are master; ${right}`, next, nodes: masters }];
}

function lostMaster(deployment: Deployment, snapshot: Snapshot, node: RedisNode, epoch: number): Diagnosis[] {
  const gone = absence(snapshot, node);
  if (gone === undefined || gone.why === 'auth' || gone.why === 'loading') return [];
  const linked = deployment.redis.filter((other) => follows(valueOf(snapshot.redis[other.id]), node)).map((other) => other.id);
  const named = `${node.id}, ${deployment.sentinels.length > 0 ? `which the Sentinels name as master (epoch ${epoch})` : 'the master'},`;
  if (linked.length > 0 && !gone.certain) {
    const sentence = `${named} ${gone.words}; but ${listed(linked)} still ${linked.length === 1 ? 'follows' : 'follow'} it, so it lives`;
    return [{ code: 'UNREACHABLE_MASTER', severity: 'error', sentence, next: `vigie logs ${node.id}`, nodes: [node.id] }];
  }
  return [{ code: 'DEAD_MASTER', severity: 'error', sentence: `${named} ${gone.words}`, next: 'vigie apply', nodes: [node.id] }];
}

function suspected(deployment: Deployment, snapshot: Snapshot, node: RedisNode): Diagnosis[] {
  const by = sentinelsWith(deployment, snapshot, node, 's_down');
  if (by.length === 0) return [];
  const enough = by.length >= Math.max(majority(deployment), deployment.sentinel.quorum) ? 'enough to fail over' : 'too few to fail over';
  const sentence = `${listed(by)} ${by.length === 1 ? 'holds' : 'hold'} ${node.id} to be down, though it answers here: ${enough}`;
  return [{ code: 'MASTER_SUSPECTED', severity: 'warning', sentence, next: `vigie logs ${by[0]}`, nodes: [node.id, ...by] }];
}

function failover(deployment: Deployment, snapshot: Snapshot): Diagnosis[] {
  const leaders = deployment.sentinels
    .filter((node) => valueOf(snapshot.sentinels[node.id])?.master?.flags.includes('failover_in_progress'))
    .map((node) => node.id);
  if (leaders.length === 0) return [];
  return [
    {
      code: 'FAILOVER_RUNNING',
      severity: 'warning',
      sentence: `a failover is running, led by ${listed(leaders)}`,
      next: 'vigie status --watch',
      nodes: leaders,
    },
  ];
}

/** The conditions under which Redis itself answers -NOREPLICAS, -MISCONF and -OOM (server.c: processCommand, writeCommandsDeniedByDiskError). */
function refusals(deployment: Deployment, node: RedisNode, facts: RedisFacts): Diagnosis[] {
  const found: Diagnosis[] = [];
  const { config, info } = facts;
  const wanted = Number(config['min-replicas-to-write'] ?? 0);
  const maxLag = Number(config['min-replicas-max-lag'] ?? 0);
  const good = Number(info.min_slaves_good_slaves ?? facts.replicas.filter((replica) => replica.state === 'online' && replica.lagSeconds <= maxLag).length);
  if (wanted > 0 && maxLag > 0 && good < wanted) {
    const sentence = `${node.id} refuses writes (NOREPLICAS): ${good} of ${deployment.redis.length - 1} replicas acknowledged within ${maxLag} s, ${wanted} must`;
    found.push({ code: 'TOO_FEW_REPLICAS', severity: 'error', sentence, next: 'vigie apply', nodes: [node.id] });
  }
  const disk = diskError(facts);
  if (disk !== undefined) {
    found.push({
      code: 'MISCONF',
      severity: 'error',
      sentence: `${node.id} refuses writes (MISCONF): ${disk}`,
      next: `make room on its disk; vigie logs ${node.id} says what failed`,
      nodes: [node.id],
    });
  }
  const limit = Number(config.maxmemory ?? 0);
  const used = facts.usedMemoryBytes - Number(info.mem_not_counted_for_evict ?? 0);
  if (limit > 0 && config['maxmemory-policy'] === 'noeviction' && used > limit) {
    const sentence = `${node.id} refuses writes that need memory (OOM): ${used} of ${limit} bytes are used, and the policy is noeviction`;
    found.push({ code: 'MEMORY_FULL', severity: 'error', sentence, next: 'raise redis.maxmemory in the topology, then vigie apply', nodes: [node.id] });
  }
  return found;
}

/** What keeps a node from saving, where it would refuse writes for it. */
export function diskError({ config, info }: RedisFacts): string | undefined {
  if (info.aof_enabled === '1' && info.aof_last_write_status === 'err') return 'it cannot write its append-only file';
  const stops = config['stop-writes-on-bgsave-error'] === 'yes' && (config.save ?? '') !== '';
  return stops && info.rdb_last_bgsave_status === 'err' ? 'its last background save failed' : undefined;
}

function follows(facts: RedisFacts | undefined, master: RedisNode): boolean {
  return facts?.link === 'up' && facts.master?.address === master.address && facts.master.port === master.port;
}

function sentinelsWith(deployment: Deployment, snapshot: Snapshot, node: RedisNode, flag: string): string[] {
  return deployment.sentinels
    .filter((sentinel) => {
      const master = valueOf(snapshot.sentinels[sentinel.id])?.master;
      return master?.address === node.address && master.port === node.port && master.flags.includes(flag);
    })
    .map((sentinel) => sentinel.id);
}
