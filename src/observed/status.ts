// One screen of what is there now, as plain JSON: the document of `vigie status --json`, on which other tools rely.

import type { Deployment, ProxyNode, RedisNode, SentinelNode } from '../desired/deployment.ts';
import { absence } from './absence.ts';
import { type Authority, authority } from './authority.ts';
import { diagnose } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import { nameAt } from './namings.ts';
import { openOf, writeStateOf } from './routes.ts';
import { type ProxyFacts, type Snapshot, valueOf } from './snapshot.ts';

export interface Status {
  schema: 1;
  name: string;
  mode: Deployment['mode'];
  /** `ok`: writes are taken and nothing is wrong. `degraded`: writes are taken, but something is wrong. `down`: no write is taken.
   *  `unknown`: whether writes are taken could not be seen. */
  state: 'ok' | 'degraded' | 'down' | 'unknown';
  sentence: string;
  diagnoses: Pick<Diagnosis, 'code' | 'sentence' | 'next'>[];
  nodes: {
    id: string;
    /** The address that clients dial. */
    host: string;
    port: number;
    /** As the node itself says. */
    role: 'master' | 'replica' | 'unknown';
    /** `master` for a master; for a replica its link: in sync, copying the data, connecting, none. */
    link: 'master' | 'up' | 'syncing' | 'connecting' | 'down' | 'unknown';
    /** Replication offset, bytes; null when not seen. */
    offset: number | null;
    /** How far behind the master's offset, bytes; null when one of the two was not seen. */
    lagBytes: number | null;
  }[];
  sentinels: {
    id: string;
    host: string;
    port: number;
    reachable: boolean;
    /** Whom it names: the id of a node of ours, else the address; null when not seen or when it names nobody. */
    master: string | null;
    configEpoch: number | null;
  }[];
  proxies: {
    id: string;
    write: {
      /** `holding`: new connections wait, bounded. `closed`: they are ended. */
      state: 'open' | 'holding' | 'closed' | 'unknown';
      /** The node that gets writes (several, which is wrong, are joined with commas); null when none does. */
      to: string | null;
      /** ISO 8601: since when the route is so; null when not seen. */
      since: string | null;
    };
    read: { to: string[] };
  }[];
}

export function statusOf(deployment: Deployment, snapshot: Snapshot): Status {
  const who = authority(deployment, snapshot);
  const diagnoses = diagnose(deployment, snapshot, who);
  const state = stateOf(deployment, snapshot, who, diagnoses);
  return {
    schema: 1,
    name: deployment.name,
    mode: deployment.mode,
    state,
    sentence: sentenceOf(deployment, snapshot, who, state, diagnoses),
    diagnoses: diagnoses.map(({ code, sentence, next }) => ({ code, sentence, next })),
    nodes: deployment.redis.map((node) => redisRow(snapshot, node, who)),
    sentinels: deployment.sentinels.map((node) => sentinelRow(deployment, snapshot, node)),
    proxies: deployment.proxies.map((node) => proxyRow(snapshot, node)),
  };
}

// The state, in the order of the code:
// 1. Whether the master takes writes: nobody knows who it is, it is dead, or refuses them: no. It was not seen: unknown.
// 2. Where there are proxies: one of them sends writes to it, or none does; when one was not seen, that is unknown.
// 3. Writes are taken: ok without a diagnosis, else degraded.
function stateOf(deployment: Deployment, snapshot: Snapshot, who: Authority, diagnoses: Diagnosis[]): Status['state'] {
  const master = masterWrites(deployment, snapshot, who, diagnoses);
  if (master !== 'yes') return master === 'no' ? 'down' : 'unknown';
  if (deployment.proxies.length > 0) {
    const routes = deployment.proxies.map((node) => {
      const facts = valueOf(snapshot.proxies[node.id]);
      if (facts) return openOf(facts, 'write').join() === who.master ? 'open' : 'shut';
      return absence(snapshot, node)?.certain === true ? 'shut' : 'unknown';
    });
    if (!routes.includes('open')) return routes.includes('unknown') ? 'unknown' : 'down';
  }
  return diagnoses.length === 0 ? 'ok' : 'degraded';
}

const stopsWrites = new Set<string>(['NOT_RUNNING', 'DEAD_MASTER', 'TOO_FEW_REPLICAS', 'MISCONF', 'MEMORY_FULL']);

function masterWrites(deployment: Deployment, snapshot: Snapshot, who: Authority, diagnoses: Diagnosis[]): 'yes' | 'no' | 'unknown' {
  if (diagnoses.some(({ code, severity }) => severity === 'error' && stopsWrites.has(code))) return 'no';
  if (who.master === undefined) {
    const decides = deployment.sentinels.length > 0 ? deployment.sentinels : deployment.redis;
    const perhaps = decides.some((node) => {
      const seen = node.kind === 'sentinel' ? snapshot.sentinels[node.id] : snapshot.redis[node.id];
      return seen === undefined || (!seen.known && absence(snapshot, node)?.certain !== true);
    });
    return perhaps ? 'unknown' : 'no';
  }
  const seen = snapshot.redis[who.master];
  if (seen?.known) return seen.value.role === 'master' ? 'yes' : 'no';
  return seen?.why === 'loading' ? 'no' : 'unknown';
}

/** One clause on the master, one on the Sentinels, and what is wrong first. */
function sentenceOf(deployment: Deployment, snapshot: Snapshot, who: Authority, state: Status['state'], diagnoses: Diagnosis[]): string {
  const [first, ...more] = diagnoses;
  const worst = first === undefined ? '' : `${first.sentence}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
  if (state === 'down') return `no writes: ${worst}`;
  if (state === 'unknown') return `not known whether writes are taken: ${worst || 'the nodes were not asked'}`;
  const clauses = [deployment.proxies.length > 0 ? `routing writes to ${who.master}` : `${who.master} is the master`];
  if (deployment.sentinels.length > 0 && who.master !== undefined) {
    const epoch = who.epoch;
    const agree = deployment.sentinels.filter((node) => {
      const named = valueOf(snapshot.sentinels[node.id])?.master;
      return named?.configEpoch === epoch && nameAt(deployment, named.address, named.port) === who.master;
    }).length;
    clauses.push(`${agree} of ${deployment.sentinels.length} Sentinels agree, epoch ${epoch}`);
  } else if (deployment.mode === 'replication') {
    const inSync = deployment.redis.filter((node) => valueOf(snapshot.redis[node.id])?.link === 'up').length;
    clauses.push(`${inSync} of ${deployment.redis.length - 1} replicas in sync`);
  }
  return `${clauses.join('; ')}${worst === '' ? '' : `; but ${worst}`}`;
}

function redisRow(snapshot: Snapshot, node: RedisNode, who: Authority): Status['nodes'][number] {
  const facts = valueOf(snapshot.redis[node.id]);
  const master = who.master === undefined ? undefined : valueOf(snapshot.redis[who.master]);
  // The two offsets were read at different moments: a replica may seem to be ahead.
  const lagBytes = facts && master && facts.replicationId === master.replicationId ? Math.max(0, master.offset - facts.offset) : null;
  return {
    id: node.id,
    host: node.address,
    port: node.port,
    role: facts?.role ?? 'unknown',
    link: facts?.link ?? 'unknown',
    offset: facts?.offset ?? null,
    lagBytes,
  };
}

function sentinelRow(deployment: Deployment, snapshot: Snapshot, node: SentinelNode): Status['sentinels'][number] {
  const facts = valueOf(snapshot.sentinels[node.id]);
  const named = facts?.master;
  return {
    id: node.id,
    host: node.address,
    port: node.port,
    reachable: facts !== undefined,
    master: named ? nameAt(deployment, named.address, named.port) : null,
    configEpoch: named?.configEpoch ?? null,
  };
}

function proxyRow(snapshot: Snapshot, node: ProxyNode): Status['proxies'][number] {
  const seen = snapshot.proxies[node.id];
  if (!seen?.known) return { id: node.id, write: { state: 'unknown', to: null, since: null }, read: { to: [] } };
  const open = openOf(seen.value, 'write');
  const since = sinceMs(seen.value, open, seen.atMs);
  return {
    id: node.id,
    write: { state: writeStateOf(seen.value), to: open.length > 0 ? open.join(',') : null, since: since === undefined ? null : new Date(since).toISOString() },
    read: { to: openOf(seen.value, 'read') },
  };
}

/** The last change among the servers that make the route what it is: the open one, else all of them. HAProxy counts in whole seconds. */
function sinceMs(facts: ProxyFacts, open: string[], atMs: number): number | undefined {
  const servers = facts.servers.filter(({ backend, node }) => backend === 'write' && (open.length === 0 || open.includes(node)));
  if (servers.length === 0) return undefined;
  return Math.floor(atMs / 1000) * 1000 - Math.min(...servers.map(({ sinceSeconds }) => sinceSeconds)) * 1000;
}
