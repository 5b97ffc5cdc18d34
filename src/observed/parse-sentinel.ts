// What a Sentinel answers → what it believes: the master it names, at which config epoch, its peers and replicas.

import { pairs, parseInfo } from './parse-info.ts';
import type { SentinelFacts } from './snapshot.ts';

/** Lists are the replies of SENTINEL MASTERS, REPLICAS and SENTINELS: one flat name-value list per entry. */
export interface SentinelAnswers {
  masterName: string;
  info: string;
  myid: string;
  masters: string[][];
  replicas: string[][];
  peers: string[][];
  /** SENTINEL CKQUORUM: its status or its error text. */
  quorumCheck: string;
  /** SENTINEL DEBUG: a flat name-value list; empty where the server does not have it. */
  debug: string[];
  acl: Record<string, string>;
}

export function parseSentinel(answers: SentinelAnswers): SentinelFacts {
  const info = parseInfo(answers.info);
  const masters = answers.masters.map(pairs);
  const own = masters.find((master) => master.name === answers.masterName);
  const pingPeriod = pairs(answers.debug)['PING-PERIOD'];
  return {
    version: info.valkey_version ?? info.redis_version ?? '',
    runId: info.run_id ?? '',
    myid: answers.myid,
    tilt: info.sentinel_tilt === '1',
    ...(own === undefined ? {} : { master: masterOf(own) }),
    otherMasters: masters.flatMap(({ name }) => (name === undefined || name === answers.masterName ? [] : [name])),
    replicas: answers.replicas
      .map(pairs)
      .map((replica) => ({ ...addressOf(replica), flags: flagsOf(replica), priority: Number(replica['slave-priority'] ?? 0) })),
    peers: answers.peers.map(pairs).map((peer) => ({ ...addressOf(peer), runId: peer.runid ?? '', flags: flagsOf(peer) })),
    ...(pingPeriod === undefined ? {} : { pingPeriodMs: Number(pingPeriod) }),
    quorumCheck: answers.quorumCheck,
    acl: answers.acl,
  };
}

function masterOf(master: Record<string, string>): NonNullable<SentinelFacts['master']> {
  return {
    ...addressOf(master),
    flags: flagsOf(master),
    configEpoch: Number(master['config-epoch'] ?? 0),
    quorum: Number(master.quorum ?? 0),
    otherSentinels: Number(master['num-other-sentinels'] ?? 0),
    downAfterMs: Number(master['down-after-milliseconds'] ?? 0),
    failoverTimeoutMs: Number(master['failover-timeout'] ?? 0),
    parallelSyncs: Number(master['parallel-syncs'] ?? 0),
  };
}

function addressOf(entry: Record<string, string>): { address: string; port: number } {
  return { address: entry.ip ?? '', port: Number(entry.port ?? 0) };
}

function flagsOf(entry: Record<string, string>): string[] {
  return (entry.flags ?? '').split(',').filter(Boolean);
}
