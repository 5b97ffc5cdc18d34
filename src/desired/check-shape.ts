// Do the sections of a topology fit its mode, and each other: who is master, how many must agree, what is kept in production?

import { type Finding, error, warning } from './problem.ts';
import type { CheckContext } from './defaults.ts';
import { firstMaster } from './nodes.ts';
import { type Check, hasSentinels } from './readable.ts';

export const shapeChecks: Check[] = [
  { reads: ['mode', 'sentinel'], run: sentinelSection },
  { reads: ['mode', 'cluster'], run: clusterSection },
  { reads: ['mode', 'proxy'], run: proxySection },
  { reads: ['mode', 'redis.on'], run: nodeCount },
  { reads: ['vip', 'proxy'], run: vipSection },
  { reads: ['redis.on.*', 'redis.master'], run: masterFindings },
  { reads: ['sentinel.on', 'sentinel.quorum'], run: quorumFindings },
  { reads: ['sentinel.on'], run: sentinelCount },
  { reads: ['profile', 'redis.persistence'], run: persistenceFindings },
  { reads: ['profile', 'redis.maxmemory', 'redis.config.maxmemory'], run: maxmemoryFindings },
];

function sentinelSection({ topology, filled: { mode } }: CheckContext): Finding[] {
  if (mode !== 'sentinel' && topology.sentinel !== undefined)
    return [error(['sentinel'], `mode ${mode} has no Sentinels.`, 'take the section out, or set mode: sentinel', 'key')];
  if (mode !== 'sentinel' || topology.sentinel !== undefined) return [];
  const path = topology.mode === undefined ? ['redis'] : ['mode'];
  return [error(path, 'mode sentinel needs Sentinels.', 'add sentinel: { on: [three hosts] }, or set mode: replication', 'key')];
}

function clusterSection({ topology: { cluster }, filled: { mode } }: CheckContext): Finding[] {
  if (mode === 'cluster' || cluster === undefined) return [];
  return [error(['cluster'], `mode ${mode} is no Redis Cluster.`, 'take the section out, or set mode: cluster', 'key')];
}

function proxySection({ topology: { proxy }, filled: { mode } }: CheckContext): Finding[] {
  if (mode !== 'cluster' || proxy === undefined) return [];
  return [error(['proxy'], 'mode cluster has no proxies: its clients find the right node themselves.', 'take the section out', 'key')];
}

function nodeCount({ topology: { redis }, filled: { mode } }: CheckContext): Finding[] {
  const count = redis.on.length;
  if (mode === 'standalone' && count > 1)
    return [error(['redis', 'on'], `mode standalone is one Redis, and ${count} are named.`, 'name one, or set mode: replication')];
  if (mode === 'cluster' && count < 3) return [error(['redis', 'on'], 'mode cluster needs at least three nodes.', 'name three or six')];
  if (mode === 'replication' && count === 1) return [warning(['redis', 'on'], 'mode replication with one Redis has no replica.', 'name a second host')];
  if (mode === 'sentinel' && count === 1) return [warning(['redis', 'on'], 'With one Redis the Sentinels have nobody to promote.', 'name two more hosts')];
  return [];
}

function vipSection({ topology: { vip, proxy } }: CheckContext): Finding[] {
  if (vip === undefined || proxy !== undefined) return [];
  return [error(['vip'], 'A floating address belongs to the proxies, and there are none.', 'add a proxy section, or take vip out', 'key')];
}

function masterFindings({ topology }: CheckContext): Finding[] {
  if (firstMaster(topology) !== undefined) return [];
  return [
    error(['redis', 'master'], `redis.master names ${JSON.stringify(String(topology.redis.master))}, which is not in redis.on.`, 'name a host of redis.on'),
  ];
}

function quorumFindings(context: CheckContext): Finding[] {
  const { sentinel } = context.topology;
  if (!hasSentinels(context) || sentinel?.quorum === undefined) return [];
  const { quorum, on } = sentinel;
  const count = on.length;
  const majority = Math.floor(count / 2) + 1;
  const path = ['sentinel', 'quorum'];
  if (quorum > count) {
    const who = `${count} Sentinel${count === 1 ? '' : 's'}`;
    return [error(path, `quorum ${quorum} can never be reached by ${who}.`, `write a quorum from 1 to ${count}; ${majority} is a majority`)];
  }
  if (quorum === majority) return [];
  const why =
    quorum < majority ? 'a minority may then suspect the master for all; a majority must still vote' : 'one Sentinel too many may then stop every failover';
  return [warning(path, `quorum ${quorum} of ${count} Sentinels is not the majority: ${why}.`, `write quorum: ${majority}, or leave it out`)];
}

function sentinelCount(context: CheckContext): Finding[] {
  const { sentinel } = context.topology;
  if (!hasSentinels(context) || sentinel === undefined) return [];
  const count = sentinel.on.length;
  const path = ['sentinel', 'on'];
  if (count === 1) return [warning(path, 'One Sentinel decides alone, and without it nobody does.', 'name three hosts')];
  if (count % 2 === 1) return [];
  const message = `${count} Sentinels survive no more losses than ${count - 1}, and a split in halves leaves no majority.`;
  return [warning(path, message, count === 2 ? 'name three hosts' : `name ${count + 1} hosts, or ${count - 1}`)];
}

function persistenceFindings({ filled: { profile, persistence } }: CheckContext): Finding[] {
  if (profile !== 'production' || persistence !== 'none') return [];
  const message = 'persistence none in production: what all nodes held is gone when all of them stop.';
  return [warning(['redis', 'persistence'], message, 'write persistence: aof')];
}

function maxmemoryFindings({ topology: { redis }, filled: { profile, config } }: CheckContext): Finding[] {
  if (profile !== 'production' || config['maxmemory'] !== '0') return [];
  const written = redis.maxmemory !== undefined;
  return [
    warning(
      written ? ['redis', 'maxmemory'] : ['redis'],
      'maxmemory is not limited: a full host ends Redis by force.',
      'write maxmemory, about 60 % of the memory of a host',
      written ? 'value' : 'key',
    ),
  ];
}
