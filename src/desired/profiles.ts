// What each profile asks of Redis and Sentinel where the topology says nothing, each choice with its reason. Data: the resolver reads it,
// and docs/reference/profiles.md is made from it. Security never varies by profile.

import type { Mode, Persistence, Profile } from './deployment.ts';

export const profiles = ['dev', 'staging', 'production'] as const satisfies readonly Profile[];

export interface ProfileDefaults {
  persistence: Persistence;
  maxmemory: string;
  downAfter: string;
  failoverTimeout: string;
  maxConnections: number;
  nodeTimeout: string;
}

export const profileDefaults: Record<Profile, ProfileDefaults> = {
  dev: { persistence: 'none', maxmemory: '256mb', downAfter: '2s', failoverTimeout: '4s', maxConnections: 1000, nodeTimeout: '5s' },
  staging: { persistence: 'aof', maxmemory: '0b', downAfter: '3s', failoverTimeout: '5s', maxConnections: 5000, nodeTimeout: '15s' },
  production: { persistence: 'aof', maxmemory: '0b', downAfter: '5s', failoverTimeout: '6s', maxConnections: 10_000, nodeTimeout: '30s' },
};

/** Why the keys of the topology have the defaults that they have. */
export const defaultReasons: Record<keyof ProfileDefaults, string> = {
  persistence: 'The append-only file loses at most about a second of writes when the power goes; on a developer machine nothing is kept unless asked for.',
  maxmemory:
    'A small limit keeps a laptop usable; on hosts the right number depends on their memory, so none is guessed (`0b` is no limit) and production warns.',
  downAfter:
    'How long silence is forgiven before Sentinel acts. A crash is noticed at once by other means, so patience costs only where a node hangs or a network breaks.',
  failoverTimeout: 'After a failed attempt Sentinel waits twice this long; under two seconds it would give up attempts that are going well.',
  maxConnections: 'Client connections of one proxy; each costs a little memory and four file descriptors in the worst case.',
  nodeTimeout: 'Cluster mode: silence of a node before the others may replace it, as in the cluster guide.',
};

/** What a setting may depend on. */
export interface SettingContext {
  profile: Profile;
  mode: Mode;
  persistence: Persistence;
  maxmemoryBytes: number;
  /** Replicas of one master at the start. */
  replicas: number;
  nodeTimeoutMs: number;
}

export interface Setting {
  directive: string;
  /** In the form in which CONFIG GET answers it; undefined: not set, the server's own default stays. */
  value: (context: SettingContext) => string | undefined;
  why: string;
}

const megabyte = 1024 * 1024;
const by = (values: Record<Profile, string>) => (context: SettingContext) => values[context.profile];
const always = (value: string) => () => value;
const keepsAof = ({ persistence }: SettingContext) => persistence === 'aof' || persistence === 'both';
const keepsRdb = ({ persistence }: SettingContext) => persistence === 'rdb' || persistence === 'both';
const buffers = (replica: string) => `normal 0 0 0 slave ${replica} pubsub ${32 * megabyte} ${8 * megabyte} 60`;

export const settings: Setting[] = [
  {
    directive: 'maxmemory',
    value: (context) => `${context.maxmemoryBytes}`,
    why: 'The limit for data; leave room beside it for buffers and for the copy that a fork makes.',
  },
  {
    directive: 'maxmemory-policy',
    value: by({ dev: 'noeviction', staging: 'allkeys-lru', production: 'allkeys-lru' }),
    why: 'A developer should see the error when memory is full; elsewhere the least recently used keys give way. Use `noeviction` where Redis is the only home of the data.',
  },
  { directive: 'appendonly', value: (context) => (keepsAof(context) ? 'yes' : 'no'), why: 'Follows `redis.persistence`.' },
  {
    directive: 'appendfsync',
    value: always('everysec'),
    why: 'At most about one second of writes is lost at a power cut, at a small part of the price of `always`.',
  },
  { directive: 'no-appendfsync-on-rewrite', value: always('no'), why: 'The promise of one second also holds while the file is rewritten.' },
  {
    directive: 'save',
    value: (context) => (keepsRdb(context) ? '3600 1 300 100 60 10000' : ''),
    why: 'Snapshots after an hour with one change, five minutes with a hundred, a minute with ten thousand; none unless `redis.persistence` says rdb or both.',
  },
  ...(['shutdown-on-sigterm', 'shutdown-on-sigint'] as const).map((directive) => ({
    directive,
    value: ({ persistence }: SettingContext) => (persistence === 'none' ? 'save' : 'default'),
    why: 'A planned stop keeps the data whatever the persistence: without save points Redis would otherwise end with nothing on disk.',
  })),
  {
    directive: 'stop-writes-on-bgsave-error',
    value: always('yes'),
    why: 'A master that cannot save must not go on promising; with snapshots off it has no effect.',
  },
  {
    directive: 'repl-backlog-size',
    value: by({ dev: `${16 * megabyte}`, staging: `${64 * megabyte}`, production: `${100 * megabyte}` }),
    why: 'A replica that was away for less than this much writing catches up instead of copying everything; 100 MB is the cluster guide’s number.',
  },
  {
    directive: 'repl-backlog-ttl',
    value: always('3600'),
    why: 'A master without replicas keeps the backlog for an hour, so that one which returns can still catch up.',
  },
  {
    directive: 'repl-diskless-sync',
    value: always('yes'),
    why: 'A new replica is fed over the network directly: no disk is needed on the master, and a full disk breaks nothing.',
  },
  {
    directive: 'repl-diskless-sync-delay',
    value: always('5'),
    why: 'Five seconds before a full copy begins: replicas join one copy, and a master that came back empty cannot empty them before it is noticed (measured).',
  },
  {
    directive: 'min-replicas-to-write',
    value: ({ mode, replicas }) => (mode !== 'cluster' && replicas >= 2 ? '1' : '0'),
    why: 'A master that is cut off from all replicas stops accepting writes that would be lost. With a single replica its crash would stop all writes, so then 0.',
  },
  {
    directive: 'min-replicas-max-lag',
    value: by({ dev: '3', staging: '3', production: '2' }),
    why: 'Seconds of silence after which a replica does not count: the longest time that a cut-off master goes on, plus about one second.',
  },
  {
    directive: 'replica-priority',
    value: always('100'),
    why: 'All replicas may be promoted alike; Vigie changes it for moments during a failover and puts it back.',
  },
  { directive: 'replica-read-only', value: always('yes'), why: 'What is written to a replica is lost at its next copy.' },
  { directive: 'timeout', value: always('0'), why: 'Idle clients are not cut here: pools idle for long, and dead peers are found by keepalive.' },
  {
    directive: 'tcp-keepalive',
    value: by({ dev: '300', staging: '60', production: '60' }),
    why: 'Dead peers are found, and firewalls that forget idle connections are kept awake.',
  },
  {
    directive: 'client-output-buffer-limit',
    value: by({
      dev: buffers(`${256 * megabyte} ${64 * megabyte} 60`),
      staging: buffers(`${256 * megabyte} ${64 * megabyte} 60`),
      production: buffers(`${1024 * megabyte} ${256 * megabyte} 60`),
    }),
    why: 'How far behind a reader may fall before it is cut. Larger for replicas in production, where a copy of much data under load would else start again and again.',
  },
  { directive: 'latency-monitor-threshold', value: always('100'), why: 'Milliseconds; stalls from this length on are kept and can be asked for with LATENCY.' },
  { directive: 'slowlog-log-slower-than', value: always('10000'), why: 'Microseconds; commands from ten milliseconds on are kept.' },
  { directive: 'slowlog-max-len', value: by({ dev: '128', staging: '128', production: '512' }), why: 'Enough entries to find the cause after a bad night.' },
  {
    directive: 'cluster-node-timeout',
    value: ({ mode, nodeTimeoutMs }) => (mode === 'cluster' ? `${nodeTimeoutMs}` : undefined),
    why: 'Only in cluster mode; see `cluster.nodeTimeout`.',
  },
];

/** redis.conf directives and values of a profile, before the topology's own `redis.config`. */
export function settingsFor(context: SettingContext): Record<string, string> {
  const all = settings.map(({ directive, value }) => [directive, value(context)] as const);
  return Object.fromEntries(all.filter((entry): entry is readonly [string, string] => entry[1] !== undefined));
}
