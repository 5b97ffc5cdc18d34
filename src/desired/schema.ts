// The topology, as people write it: one schema is the source of the types, of the published JSON Schema, of the reference page
// and of the comments in the sample. Values stay as written (`2s`, `256mb`); defaults are applied by the resolver.

import { z } from 'zod';
import { address, duration, field, name, path, perProfile, port, size, wholeNumber, yesNo } from './schema-fields.ts';
import { serviceUsers } from './users.ts';

const host = z.strictObject({
  address: field(address(), {
    description: 'IP address at which the other hosts reach it. Sentinels and replicas know each other by it, so it cannot change later.',
    default: 'the name of the host, for compose and kubernetes; needed for ssh; 127.0.0.1 for local',
    examples: ['10.90.0.123'],
  }).optional(),
  zone: field(z.union([name('a zone'), z.int()]), {
    description: 'What fails together: a room, a rack, a data centre. Used to warn when one of them holds everything.',
    examples: ['a'],
  }).optional(),
  runtime: field(z.enum(['process', 'systemd', 'docker']), {
    description: 'How services run on this host.',
    default: 'the `runtime` of the topology',
  }).optional(),
  ssh: field(
    z.strictObject({
      user: field(name('a user'), { description: 'Who logs in.', default: 'what ~/.ssh/config says', examples: ['deploy'] }).optional(),
      port: field(port(), { description: 'Port of sshd.', default: 'what ~/.ssh/config says' }).optional(),
      key: field(path(), {
        description: 'File of the private key.',
        default: 'what ~/.ssh/config says, and the agent',
        examples: ['~/.ssh/id_ed25519'],
      }).optional(),
    }),
    { description: 'How the host is reached by OpenSSH, where ~/.ssh/config does not say it.' },
  ).optional(),
});

/** `redis-01`, `1`, or `{host: redis-01, port: 6380}`. */
const place = z.union([
  name('the name of a host'),
  z.int(),
  z.strictObject({
    host: field(z.union([name('the name of a host'), z.int()]), { description: 'Name of the host.' }),
    port: field(port(), { description: 'Port of this one node, where a host carries several.' }).optional(),
  }),
]);

const onList = (what: string) =>
  field(z.array(place).min(1), {
    description: `Hosts that run ${what}: names, or {host, port} where one host carries several.`,
    examples: [['redis-01', 'redis-02', 'redis-03']],
  });

const plainValue = z.union([z.string(), z.number(), z.boolean()]);

const redis = z.strictObject({
  on: onList('Redis'),
  master: field(z.union([name('the name of a host'), z.int()]), {
    description: 'Host (or node) that is master at the very first start. Afterwards the live system says who is master, and this is not read any more.',
    default: 'the first of `on`',
  }).optional(),
  port: field(port(), { description: 'Port of Redis.', default: '6379; for local from `portBase`' }).optional(),
  persistence: field(z.enum(['none', 'rdb', 'aof', 'both']), {
    description: 'What is kept on disk: nothing, snapshots, the append-only file, or both.',
    default: perProfile('persistence'),
  }).optional(),
  maxmemory: field(size(), {
    description: 'Limit of the data in memory; 0b is no limit.',
    default: perProfile('maxmemory'),
    examples: ['256mb', '12gb'],
  }).optional(),
  config: field(z.record(z.string(), z.union([plainValue, z.array(plainValue)])), {
    description:
      'Any other redis.conf directive, as redis.conf writes it; it wins over the profile. Directives that Vigie holds itself are refused, with the place where they belong.',
    examples: [{ 'maxmemory-policy': 'allkeys-lfu', save: '900 1' }],
  }).optional(),
});

const sentinel = z.strictObject({
  on: onList('Sentinel'),
  port: field(port(), { description: 'Port of Sentinel.', default: '26379; for local from `portBase`' }).optional(),
  quorum: field(wholeNumber(1, 1000), { description: 'Sentinels that must agree that the master is gone.', default: 'a majority of the Sentinels' }).optional(),
  downAfter: field(duration(), {
    description: 'Silence of the master after which a Sentinel holds it for dead. 1250ms is the least: below it a healthy new master is failed over again.',
    default: perProfile('downAfter'),
    examples: ['2s'],
  }).optional(),
  failoverTimeout: field(duration(), {
    description: 'Time for one attempt; after a failed one Sentinel waits twice as long.',
    default: perProfile('failoverTimeout'),
    examples: ['6s'],
  }).optional(),
  parallelSyncs: field(wholeNumber(1, 1000), { description: 'Replicas that may copy from a new master at once.', default: 'all replicas' }).optional(),
});

const proxy = z.strictObject({
  on: field(z.array(z.union([name('the name of a host'), z.int()])).min(1), {
    description: 'Hosts that run HAProxy, one each.',
    examples: [['haproxy-01', 'haproxy-02']],
  }),
  write: field(port(), { description: 'Port that leads to the master.', default: '6379; for local from `portBase`' }).optional(),
  read: field(port(), { description: 'Port that leads to the replicas that are in sync.', default: '6381; for local from `portBase`' }).optional(),
  stats: field(port(), { description: 'Port of the HAProxy statistics page and of /metrics.', default: '8404; for local from `portBase`' }).optional(),
  health: field(port(), { description: 'Port where the lookout answers for an outer load balancer.', default: '8405; for local from `portBase`' }).optional(),
  holdFor: field(duration(), {
    description: 'How long clients wait for a new master before they are refused.',
    default: 'downAfter and five seconds more',
    examples: ['10s'],
  }).optional(),
  clientTimeout: field(duration(), { description: 'Idle connections are closed after this time.', default: '1h' }).optional(),
  connectTimeout: field(duration(), {
    description: 'Time for one connection attempt to Redis, and the beat at which held clients try again.',
    default: '30ms',
    examples: ['30ms'],
  }).optional(),
  maxConnections: field(wholeNumber(1, 1_000_000), { description: 'Client connections of one proxy.', default: perProfile('maxConnections') }).optional(),
  stateFile: field(path(), { description: 'File for an outer load balancer: holds OK, DEGRADED or ERROR.', examples: ['/var/lib/vigie/STATE'] }).optional(),
});

const lookout = z.strictObject({
  lease: field(duration(), {
    description: 'How long the write route stays open without word from a majority of Sentinels. At most half of downAfter.',
    default: '400ms',
  }).optional(),
  fastPath: field(yesNo(), {
    description: 'Fail over at once when the master process is certainly dead. Needs a downAfter of 2s or more.',
    default: 'true',
  }).optional(),
  onMinority: field(z.enum(['close', 'keep']), {
    description: 'The write route of a proxy that no majority of Sentinels can be heard from. `keep` may accept writes that are lost: for caches.',
    default: 'close',
  }).optional(),
  onWatcherDeath: field(z.enum(['close', 'keep']), { description: 'The write route of a proxy whose lookout died.', default: 'close' }).optional(),
});

const credential = z.union([
  z.strictObject({ file: field(path(), { description: 'File that holds the password and nothing else.', examples: ['/etc/vigie/app.password'] }) }),
  z.strictObject({
    env: field(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'this is not the name of an environment variable'), {
      description: 'Environment variable that holds the password while vigie runs.',
      examples: ['REDIS_PASSWORD'],
    }),
  }),
]);

const credentials = z.strictObject(
  Object.fromEntries(serviceUsers.map((user) => [user, field(credential, { description: userMeaning(user) }).optional()])) as Record<
    (typeof serviceUsers)[number],
    z.ZodOptional<typeof credential>
  >,
);

const vip = z.strictObject({
  address: field(
    z
      .string({ error: 'this is not an address with its prefix: write it like 10.90.0.10/24' })
      .regex(/^[0-9A-Fa-f.:]+\/\d{1,3}$/, { error: 'this is not an address with its prefix: write it like 10.90.0.10/24' }),
    { description: 'The floating address of the proxies, with the length of its prefix.', examples: ['10.90.0.10/24'] },
  ),
  provider: field(z.enum(['keepalived', 'pacemaker', 'external']), { description: 'Who moves it.', default: 'keepalived' }).optional(),
});

export const topologySchema = z
  .strictObject({
    name: field(name('a name'), {
      description: 'Name of the deployment: of its folder, and of the master for Sentinels and clients.',
      default: 'vigie',
      examples: ['kb-redis-master'],
    }).optional(),
    masterName: field(name('a name'), {
      description: 'Name of the master for Sentinels and clients, where it is another one.',
      default: 'the `name`',
      examples: ['mymaster'],
    }).optional(),
    mode: field(z.enum(['standalone', 'replication', 'sentinel', 'cluster']), {
      description: 'One Redis; one with replicas; with Sentinels that replace a dead master; or Redis Cluster.',
      default: 'sentinel',
    }).optional(),
    target: field(z.enum(['local', 'ssh', 'compose', 'kubernetes']), {
      description: 'Where it runs: this machine, hosts over SSH, Docker Compose, Kubernetes.',
      default: 'local',
    }).optional(),
    runtime: field(z.enum(['process', 'systemd', 'docker']), {
      description: 'How services run there; a host may say otherwise.',
      default: 'process for local, systemd for ssh, docker for compose and kubernetes',
    }).optional(),
    profile: field(z.enum(['dev', 'staging', 'production']), { description: 'Defaults for everything that is not said here.', default: 'dev' }).optional(),
    portBase: field(wholeNumber(1024, 65_436), { description: 'First of the hundred ports of a local deployment.', default: '6400' }).optional(),
    engine: field(
      z.strictObject({
        kind: field(z.enum(['redis', 'valkey']), { description: 'Which server.', default: 'redis' }).optional(),
        version: field(z.union([z.string().regex(/^\d+(\.\d+){0,2}$/, 'a version is wanted, like 7, 7.2 or 7.2.5'), z.number()]), {
          description: 'Version that must run, as far as it is written.',
          default: 'what the source of the packages has',
          examples: ['7.2'],
        }).optional(),
        install: field(z.enum(['package', 'source', 'image', 'none']), {
          description: 'How it gets onto the hosts: packages of the distribution, from source, a container image, or it is there already.',
          default: 'package; image for compose, kubernetes and the docker runtime',
        }).optional(),
      }),
      { description: 'What runs as Redis.' },
    ).optional(),
    hosts: field(z.record(name('the name of a host'), host), {
      description: 'The machines, by name. May be left out for local: every name in `on` is then this machine.',
    }).optional(),
    redis: field(redis, { description: 'The data nodes.' }),
    sentinel: field(sentinel, { description: 'The Sentinels: who watches, and who decides. Needed in mode sentinel, and only there.' }).optional(),
    proxy: field(proxy, { description: 'HAProxy: fixed endpoints for applications that do not speak to Sentinels.' }).optional(),
    lookout: field(lookout, { description: 'The watcher beside each proxy: when the write route is open.' }).optional(),
    cluster: field(
      z.strictObject({
        nodeTimeout: field(duration(), { description: 'Silence of a node before the others may replace it.', default: perProfile('nodeTimeout') }).optional(),
      }),
      { description: 'Redis Cluster. Only in mode cluster.' },
    ).optional(),
    coldStart: field(
      z.strictObject({
        wait: field(duration(), { description: 'How long nodes wait for fuller ones before one of them becomes master.', default: '60s' }).optional(),
      }),
      { description: 'After everything was down at once.' },
    ).optional(),
    credentials: field(credentials, {
      description:
        'Where passwords come from, per service user: a file that holds one, or an environment variable. Users that are not named get generated ones, kept in the state folder. A password itself is never written here.',
    }).optional(),
    vip: field(vip, { description: 'A floating address in front of the proxies. Not used for local.' }).optional(),
    drill: field(
      z.strictObject({
        maxOutage: field(duration(), { description: 'The longest write outage that passes.', examples: ['2s'] }).optional(),
        maxLost: field(wholeNumber(0, 1_000_000_000), { description: 'The most acknowledged writes that may be lost.', examples: [0] }).optional(),
      }),
      { description: 'What a failover drill must prove.' },
    ).optional(),
  })
  .meta({ title: 'Vigie topology', description: 'What a highly available Redis or Valkey deployment should be. `vigie up` makes it so.' });

/** A topology as it was written, checked in itself. */
export type Topology = z.infer<typeof topologySchema>;
export type Place = z.infer<typeof place>;

/** Both ways to write an entry of `on` as one. */
export function placeOf(entry: Place): { host: string; port?: number } {
  return typeof entry === 'object' ? { host: String(entry.host), ...(entry.port === undefined ? {} : { port: entry.port }) } : { host: String(entry) };
}

/** For editors: what may be written, before any default. */
export function topologyJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(topologySchema, { io: 'input' });
}

function userMeaning(user: (typeof serviceUsers)[number]): string {
  const meaning: Record<typeof user, string> = {
    default: 'The application.',
    vigie: 'The operator: this tool.',
    replica: 'Replicas, at their master.',
    sentinel: 'Sentinels, at the data nodes and at each other.',
    proxy: 'The health check of HAProxy.',
    exporter: 'Monitoring.',
    gate: 'The boot gate, which asks before Redis starts.',
  };
  return meaning[user];
}
