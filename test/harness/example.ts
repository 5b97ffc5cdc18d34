// A resolved deployment to test with: one master, two replicas, three Sentinels and one proxy on 127.0.0.1, as a plain literal.

import type { Deployment, Host, ProxyNode, RedisNode, SentinelNode } from '../../src/desired/deployment.ts';

export interface ExampleOptions {
  /** First of the hundred ports: write +0, read +1, stats +2, health +3, redis +10.., sentinel +30... */
  portBase: number;
  name?: string;
  /** Merged over the example's own entries. */
  config?: Record<string, string>;
}

export function exampleDeployment({ portBase, name = 'example', config = {} }: ExampleOptions): Deployment {
  const address = '127.0.0.1';
  const hosts: Host[] = [{ name: 'local', address, runtime: 'process' }];
  const redis = [0, 1, 2].map(
    (n): RedisNode => ({ kind: 'redis', id: `redis-${n + 1}`, host: 'local', address, port: portBase + 10 + n, initialRole: n === 0 ? 'master' : 'replica' }),
  );
  const sentinels = [0, 1, 2].map(
    (n): SentinelNode => ({ kind: 'sentinel', id: `sentinel-${n + 1}`, host: 'local', address, port: portBase + 30 + n, myid: String(n + 1).repeat(40) }),
  );
  const proxy: ProxyNode = {
    kind: 'proxy',
    id: 'proxy-1',
    host: 'local',
    address,
    port: portBase,
    readPort: portBase + 1,
    statsPort: portBase + 2,
    healthPort: portBase + 3,
  };
  return {
    name,
    masterName: name,
    mode: 'sentinel',
    target: 'local',
    profile: 'dev',
    engine: { kind: 'redis', install: 'package' },
    source: { kind: 'embedded' },
    portBase,
    hosts,
    redis,
    sentinels,
    proxies: [proxy],
    persistence: 'aof',
    config: {
      appendonly: 'yes',
      appendfsync: 'everysec',
      save: '',
      maxmemory: '67108864',
      'maxmemory-policy': 'noeviction',
      'min-replicas-to-write': '1',
      'min-replicas-max-lag': '3',
      'repl-backlog-size': '16777216',
      'repl-diskless-sync-delay': '5',
      'replica-priority': '100',
      'stop-writes-on-bgsave-error': 'yes',
      'tcp-backlog': '511',
      'tcp-keepalive': '60',
      timeout: '0',
      'client-output-buffer-limit': 'normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60',
      ...config,
    },
    sentinel: { quorum: 2, downAfterMs: 2000, failoverTimeoutMs: 6000, parallelSyncs: 2 },
    proxy: { holdForMs: 5000, clientTimeoutMs: 3_600_000, connectTimeoutMs: 30, maxConnections: 4000 },
    lookout: { leaseMs: 400, fastPath: true, onMinority: 'close', onWatcherDeath: 'close' },
    coldStart: { waitMs: 60_000 },
    credentials: {},
  };
}
