// A look at a deployment, built by hand: healthy unless changed. For tests of what is judged from a snapshot.

import type { Deployment } from '../../src/desired/deployment.ts';
import {
  type ProxyFacts,
  type RedisFacts,
  type Seen,
  type SentinelFacts,
  type ServiceFacts,
  type Snapshot,
  known,
  unknown,
} from '../../src/observed/snapshot.ts';
import type { Unreachable } from '../../src/shared/unreachable.ts';

export const seenAtMs = Date.parse('2026-11-21T10:00:30.250Z');

export interface SnapshotEditor {
  snapshot: Snapshot;
  redis(id: string): RedisFacts;
  sentinel(id: string): SentinelFacts;
  proxy(id: string): ProxyFacts;
  service(id: string): ServiceFacts;
  /** The node does not answer. `refused` also means that its process is gone, killed, unless `service` is given. */
  lose(id: string, why?: Unreachable, service?: Partial<ServiceFacts>): void;
  /** Opens exactly these slots of every proxy. */
  route(backend: 'write' | 'read', ...nodes: string[]): void;
}

/** Every node of the deployment answers, all is as asked, at config epoch 7 where there are Sentinels; then `change` has its way. */
export function snapshotOf(deployment: Deployment, change: (edit: SnapshotEditor) => void = () => {}): Snapshot {
  const master = deployment.redis.find((node) => node.initialRole === 'master') ?? deployment.redis[0];
  if (master === undefined) throw new Error('a deployment has a Redis node');
  const seen = <T>(value: T): Seen<T> => known(value, 'by hand', seenAtMs);
  const byId = <N extends { id: string }, T>(nodes: N[], facts: (node: N) => T) => Object.fromEntries(nodes.map((node) => [node.id, seen(facts(node))]));
  const at = ({ address, port }: { address: string; port: number }) => ({ address, port });
  const replicas = deployment.redis.filter((node) => node.id !== master.id);
  const redis = (node: Deployment['redis'][number]): RedisFacts => ({
    engine: 'redis',
    version: '7.0.15',
    runId: node.id.padEnd(40, '0'),
    pid: 100,
    uptimeSeconds: 60,
    role: node.id === master.id ? 'master' : 'replica',
    link: node.id === master.id ? 'master' : 'up',
    replicationId: 'a'.repeat(40),
    offset: 5000,
    ...(node.id === master.id ? {} : { master: at(master) }),
    replicas: node.id === master.id ? replicas.map((replica) => ({ ...at(replica), state: 'online', offset: 5000, lagSeconds: 0 })) : [],
    config: { ...deployment.config },
    acl: {},
    keys: 0,
    usedMemoryBytes: 1_000_000,
    info: { min_slaves_good_slaves: String(replicas.length), rdb_last_bgsave_status: 'ok', aof_enabled: '1', aof_last_write_status: 'ok' },
  });
  const sentinel = (node: Deployment['sentinels'][number]): SentinelFacts => ({
    version: '7.0.15',
    runId: node.myid,
    myid: node.myid,
    tilt: false,
    master: {
      ...at(master),
      flags: ['master'],
      configEpoch: 7,
      quorum: 2,
      otherSentinels: deployment.sentinels.length - 1,
      downAfterMs: 2000,
      failoverTimeoutMs: 6000,
      parallelSyncs: 2,
    },
    otherMasters: [],
    replicas: replicas.map((replica) => ({ ...at(replica), flags: ['slave'], priority: 100 })),
    peers: deployment.sentinels.filter((other) => other.id !== node.id).map((other) => ({ ...at(other), runId: other.myid, flags: ['sentinel'] })),
    quorumCheck: `OK ${deployment.sentinels.length} usable Sentinels. Quorum and failover authorization can be reached`,
    acl: {},
  });
  const slot = (backend: 'write' | 'read', node: string, address: string, port: number, open: boolean): ProxyFacts['servers'][number] => ({
    backend,
    node,
    address,
    port,
    state: open ? 'open' : 'maint',
    sinceSeconds: 20,
    sessions: 0,
  });
  const proxy = (): ProxyFacts => ({
    version: '2.6.12',
    pid: 200,
    uptimeSeconds: 60,
    servers: [
      ...deployment.redis.map((node) => slot('write', node.id, node.address, node.port, node.id === master.id)),
      slot('write', 'hold', '127.0.0.1', 1, false),
      ...deployment.redis.map((node) => slot('read', node.id, node.address, node.port, replicas.length === 0 || node.id !== master.id)),
    ],
  });
  const snapshot: Snapshot = {
    atMs: seenAtMs,
    machines: { local: seen({ os: 'Linux', isRoot: false, hasSudo: false, packageManager: 'apt', binaries: {}, listening: [] }) },
    services: byId(
      [...deployment.redis, ...deployment.sentinels, ...deployment.proxies],
      (): ServiceFacts => ({ state: 'running', pid: 100, cleanStop: true, dataBytes: 0, files: {} }),
    ),
    redis: byId(deployment.redis, redis),
    sentinels: byId(deployment.sentinels, sentinel),
    proxies: byId(deployment.proxies, proxy),
  };
  change(editor(snapshot));
  return snapshot;
}

/** As after a failover from redis-1 to redis-2 at epoch 8, the routes included. */
export function failedOver(edit: SnapshotEditor): void {
  const [one, two, three] = [edit.redis('redis-1'), edit.redis('redis-2'), edit.redis('redis-3')];
  const from = { ...two.master };
  const [to] = one.replicas.map(({ address, port }) => ({ address, port }));
  if (to === undefined) throw new Error('redis-1 has no replica in this snapshot');
  Object.assign(two, { role: 'master', link: 'master', replicas: one.replicas });
  delete two.master;
  Object.assign(one, { role: 'replica', link: 'up', master: to, replicas: [] });
  three.master = to;
  for (const id of Object.keys(edit.snapshot.sentinels)) {
    const facts = edit.sentinel(id);
    Object.assign(facts.master ?? {}, to, { configEpoch: 8 });
    facts.replicas = facts.replicas.map((replica) => (replica.port === to.port ? { ...replica, ...from } : replica));
  }
  edit.route('write', 'redis-2');
  edit.route('read', 'redis-1', 'redis-3');
}

function editor(snapshot: Snapshot): SnapshotEditor {
  const of = <T>(place: Record<string, Seen<T>>, id: string): T => {
    const seen = place[id];
    if (!seen?.known) throw new Error(`${id} is not seen in this snapshot`);
    return seen.value;
  };
  const details: Partial<Record<Unreachable, string>> = {
    refused: 'connect ECONNREFUSED',
    timeout: 'no answer within 1500 ms',
    auth: 'WRONGPASS',
    loading: 'it is reading its data (40 % done)',
  };
  const edit: SnapshotEditor = {
    snapshot,
    redis: (id) => of(snapshot.redis, id),
    sentinel: (id) => of(snapshot.sentinels, id),
    proxy: (id) => of(snapshot.proxies, id),
    service: (id) => of(snapshot.services, id),
    lose: (id, why = 'refused', service = why === 'refused' ? { state: 'stopped', cleanStop: false } : {}) => {
      for (const place of [snapshot.redis, snapshot.sentinels, snapshot.proxies] as Record<string, Seen<unknown>>[]) {
        if (place[id]) place[id] = unknown(why, details[why] ?? '', 'by hand', seenAtMs);
      }
      Object.assign(edit.service(id), service);
    },
    route: (backend, ...nodes) => {
      for (const id of Object.keys(snapshot.proxies)) {
        for (const server of edit.proxy(id).servers) if (server.backend === backend) server.state = nodes.includes(server.node) ? 'open' : 'maint';
      }
    },
  };
  return edit;
}
