import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { allNodes } from './deployment.ts';
import { embeddedTopology } from './embedded.ts';
import { loadTopology } from './load.ts';
import type { Recorded } from './ports.ts';
import { formatProblem } from './problem.ts';
import { type ResolveOptions, resolve } from './resolve.ts';

const source = { kind: 'vigie.yaml', file: 'vigie.yaml' } as const;

function resolved(text: string, options: ResolveOptions = {}) {
  const { topology, errors } = loadTopology(text, 'vigie.yaml');
  if (topology === undefined) throw new Error(errors.map(formatProblem).join('\n'));
  const { deployment, ...problems } = resolve(topology, source, options);
  if (deployment === undefined) throw new Error(problems.errors.map(formatProblem).join('\n'));
  return deployment;
}

const portsOf = (deployment: ReturnType<typeof resolved>) =>
  Object.fromEntries(
    allNodes(deployment).map((node) => [node.id, node.kind === 'proxy' ? [node.port, node.readPort, node.statsPort, node.healthPort] : [node.port]]),
  );

test('the embedded topology', () => {
  const { deployment, errors, warnings } = resolve(embeddedTopology, { kind: 'embedded' });
  expect({ errors, warnings }).toEqual({ errors: [], warnings: [] });
  expect(deployment).toMatchObject({
    name: 'vigie',
    masterName: 'vigie',
    mode: 'sentinel',
    target: 'local',
    profile: 'dev',
    portBase: 6400,
    engine: { kind: 'redis', install: 'package' },
    hosts: ['1', '2', '3'].map((name) => ({ name, address: '127.0.0.1', runtime: 'process' })),
    redis: [
      { kind: 'redis', id: 'redis-1', host: '1', address: '127.0.0.1', port: 6410, initialRole: 'master' },
      { kind: 'redis', id: 'redis-2', host: '2', address: '127.0.0.1', port: 6411, initialRole: 'replica' },
      { kind: 'redis', id: 'redis-3', host: '3', address: '127.0.0.1', port: 6412, initialRole: 'replica' },
    ],
    sentinels: [
      { id: 'sentinel-1', port: 6430 },
      { id: 'sentinel-2', port: 6431 },
      { id: 'sentinel-3', port: 6432 },
    ],
    proxies: [{ id: 'proxy-1', port: 6400, readPort: 6401, statsPort: 6402, healthPort: 6403 }],
    persistence: 'aof',
    config: { maxmemory: '268435456', appendonly: 'yes', save: '', 'min-replicas-to-write': '1', 'min-replicas-max-lag': '3' },
    sentinel: { quorum: 2, downAfterMs: 2000, failoverTimeoutMs: 4000, parallelSyncs: 2 },
    proxy: { holdForMs: 7000, clientTimeoutMs: 3_600_000, connectTimeoutMs: 30, maxConnections: 1000 },
    lookout: { leaseMs: 400, fastPath: true, onMinority: 'close', onWatcherDeath: 'close' },
    coldStart: { waitMs: 60_000 },
    credentials: {},
  });
  expect(deployment?.sentinels[1]?.myid).toBe(createHash('sha1').update('vigie/sentinel-2').digest('hex'));
  expect(deployment).not.toHaveProperty('vip');
});

describe('on hosts', () => {
  const text = `name: kb-redis-master
masterName: mymaster
target: ssh
profile: production
engine: { kind: valkey, version: 8.1 }
hosts:
  redis-01: { address: 10.0.0.1, zone: a, ssh: { user: ops, port: 2222 } }
  redis-02: { address: 10.0.0.2, zone: b, runtime: docker }
  redis-03: { address: 10.0.0.3, zone: c }
  haproxy-01: { address: 10.0.0.4, zone: a }
redis: { on: [redis-01, redis-02, { host: redis-03, port: 6380 }], master: redis-02, maxmemory: 12gb, config: { maxmemory-policy: allkeys-lfu, repl-backlog-size: 200mb } }
sentinel: { on: [redis-01, redis-02, redis-03], downAfter: 1500ms, failoverTimeout: 5s }
proxy: { on: [haproxy-01], write: 6390, stateFile: /run/STATE }
lookout: { fastPath: true, onMinority: keep }
credentials: { default: { file: /etc/app }, vigie: { env: VIGIE_PW } }
vip: { address: 10.0.0.9/24 }
drill: { maxOutage: 2s, maxLost: 0 }
`;

  test('ids, addresses, ports and everything that was written', () => {
    expect(resolved(text)).toMatchObject({
      masterName: 'mymaster',
      engine: { kind: 'valkey', version: '8.1', install: 'package' },
      hosts: [
        { name: 'redis-01', address: '10.0.0.1', runtime: 'systemd', zone: 'a', ssh: { user: 'ops', port: 2222 } },
        { name: 'redis-02', address: '10.0.0.2', runtime: 'docker', zone: 'b' },
        { name: 'redis-03', runtime: 'systemd' },
        { name: 'haproxy-01', address: '10.0.0.4' },
      ],
      redis: [
        { id: 'redis-01', address: '10.0.0.1', port: 6379, initialRole: 'replica' },
        { id: 'redis-02', address: '10.0.0.2', port: 6379, initialRole: 'master' },
        { id: 'redis-03-6380', address: '10.0.0.3', port: 6380, initialRole: 'replica' },
      ],
      sentinels: [{ id: 'sentinel-redis-01', port: 26_379 }, { id: 'sentinel-redis-02' }, { id: 'sentinel-redis-03' }],
      proxies: [{ id: 'proxy-haproxy-01', port: 6390, readPort: 6381, statsPort: 8404, healthPort: 8405 }],
      config: { maxmemory: '12884901888', 'maxmemory-policy': 'allkeys-lfu', 'repl-backlog-size': '209715200' },
      sentinel: { downAfterMs: 1500, failoverTimeoutMs: 5000 },
      proxy: { holdForMs: 6500, stateFile: '/run/STATE' },
      lookout: { fastPath: false, onMinority: 'keep' },
      credentials: { default: { file: '/etc/app' }, vigie: { env: 'VIGIE_PW' } },
      vip: { address: '10.0.0.9/24', provider: 'keepalived' },
      drill: { maxOutageMs: 2000, maxLost: 0 },
    });
    expect(resolved(text)).not.toHaveProperty('portBase');
  });

  test('rehearsed on this machine', () => {
    const deployment = resolved(text, { target: 'local', name: 'rehearsal', portBase: 7000 });
    expect(deployment).toMatchObject({
      name: 'rehearsal',
      target: 'local',
      portBase: 7000,
      redis: [{ id: 'redis-01', address: '127.0.0.1', port: 7010 }, {}, { id: 'redis-03-6380' }],
    });
    expect(new Set(deployment.hosts.map(({ runtime, address }) => `${runtime} ${address}`))).toEqual(new Set(['process 127.0.0.1']));
    expect(deployment).not.toHaveProperty('vip');
    const { topology } = loadTopology(text, 'vigie.yaml');
    const { warnings } = resolve(topology ?? embeddedTopology, source, { target: 'local' });
    expect(warnings.map(({ message }) => message)).toEqual([
      'With downAfter 1500ms the fast path is off: it needs 2s.',
      'a floating address is not used with target local.',
    ]);
  });

  test('the result is plain JSON', () => {
    const deployment = resolved(text);
    expect(JSON.parse(JSON.stringify(deployment))).toEqual(deployment);
  });
});

describe('ports of a local deployment', () => {
  const on = (list: string, proxies = '[1]') => `redis: { on: ${list} }\nsentinel: { on: [1, 2, 3] }\nproxy: { on: ${proxies} }\n`;

  test('do not depend on the order of the list', () => {
    expect(portsOf(resolved(on('[3, 10, 1, 2]')))).toEqual(portsOf(resolved(on('[1, 2, 3, 10]'))));
    expect(portsOf(resolved(on('[3, 10, 1, 2]')))).toMatchObject({ 'redis-1': [6410], 'redis-10': [6413] });
  });

  test('stay as recorded, and new nodes take the lowest free ones', () => {
    const recorded: Recorded = { portBase: 6400, ports: { 'redis-2': [6410], 'redis-9': [6411], 'proxy-2': [6400, 6401, 6402, 6403] } };
    expect(portsOf(resolved(on('[1, 2, 3]', '[1, 2]'), { recorded }))).toMatchObject({
      'redis-1': [6412],
      'redis-2': [6410],
      'redis-3': [6413],
      'proxy-1': [6404, 6405, 6406, 6407],
      'proxy-2': [6400, 6401, 6402, 6403],
    });
  });

  test('begin at the recorded base unless another one is asked for', () => {
    const recorded: Recorded = { portBase: 7100, ports: { 'redis-1': [7115] } };
    expect(resolved(on('[1, 2, 3]'), { recorded })).toMatchObject({ portBase: 7100, redis: [{ port: 7115 }, { port: 7110 }, { port: 7111 }] });
    expect(resolved(on('[1, 2, 3]'), { recorded, portBase: 7200 })).toMatchObject({ portBase: 7200, redis: [{ port: 7210 }, {}, {}] });
    expect(resolved(`portBase: 7300\n${on('[1, 2, 3]')}`)).toMatchObject({ portBase: 7300 });
  });

  test('all lie within a hundred', () => {
    const many = Array.from({ length: 20 }, (_, index) => index + 1).join(', ');
    const deployment = resolved(`redis: { on: [${many}] }\nsentinel: { on: [${many}] }\nproxy: { on: [1, 2] }\n`);
    const ports = Object.values(portsOf(deployment)).flat();
    expect(new Set(ports).size).toBe(ports.length);
    expect([Math.min(...ports), Math.max(...ports)]).toEqual([6400, 6449]);
  });

  test.each([[80], [70_000], [65_437], [6400.5]])('a base of %d is refused', (portBase) => {
    expect(resolve(embeddedTopology, { kind: 'embedded' }, { portBase }).errors.map(formatProblem)).toEqual([
      `the embedded topology: --port-base ${portBase} is not a port from 1024 to 65436: a hundred ports begin there. Next: give --port-base 6400`,
    ]);
  });

  test('no room left by nodes that were here before', () => {
    const ports = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`redis-old-${index}`, [6410 + index]]));
    const { deployment, errors } = resolve(embeddedTopology, { kind: 'embedded' }, { recorded: { ports } });
    expect(deployment).toBeUndefined();
    expect(errors.map(({ message }) => message)).toEqual(
      ['1', '2', '3'].map((host) => `no port is free for redis-${host}: nodes that were here before hold them.`),
    );
  });
});

test('the other modes', () => {
  expect(resolved('mode: standalone\nredis: { on: [1] }\nproxy: { on: [1] }\n')).toMatchObject({
    redis: [{ initialRole: 'master' }],
    sentinels: [],
    config: { 'min-replicas-to-write': '0' },
  });
  expect(resolved('mode: replication\nredis: { on: [1, 2, 3] }\n')).toMatchObject({ sentinels: [], proxies: [], config: { 'min-replicas-to-write': '1' } });
  const cluster = resolved('mode: cluster\nredis: { on: [1, 2, 3, 4, 5, 6] }\ncluster: { nodeTimeout: 3s }\n');
  expect(cluster.redis.map(({ initialRole }) => initialRole)).toEqual(Array.from({ length: 6 }, () => 'master'));
  expect(cluster.config).toMatchObject({ 'cluster-node-timeout': '3000', 'min-replicas-to-write': '0' });
  expect(resolved('mode: standalone\nredis: { on: [1] }\n').config).not.toHaveProperty('cluster-node-timeout');
});

test('a name that cannot be one', () => {
  expect(resolve(embeddedTopology, { kind: 'embedded' }, { name: '../x' })).toMatchObject({
    errors: [{ line: 0, message: expect.stringContaining('--name "../x" cannot be a name') as string }],
  });
});
