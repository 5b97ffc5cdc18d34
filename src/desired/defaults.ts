// A topology with every default filled in and every unit read: what the checks judge and the resolver writes down.

import type { Deployment, Mode, Persistence, Profile, RuntimeKind, TargetKind } from './deployment.ts';
import { type SettingContext, profileDefaults, settingsFor } from './profiles.ts';
import { normalConfig } from './parameters.ts';
import type { Path } from './problem.ts';
import { type Topology, placeOf } from './schema.ts';
import { durationMs, showDuration, sizeBytes } from './units.ts';

/** Below this Sentinel fails a healthy new master over again: its ping period (1 s) and 250 ms (FACTS 1.8, 8.6). */
export const leastDownAfterMs = 1250;
/** The fast path needs the time between its own verdict and Sentinel's (PROTOCOL 11). */
export const fastPathDownAfterMs = 2000;

export interface Filled {
  name: string;
  masterName: string;
  mode: Mode;
  target: TargetKind;
  runtime: RuntimeKind;
  profile: Profile;
  engine: Deployment['engine'];
  persistence: Persistence;
  maxmemoryBytes: number;
  /** Replicas of one master at the start. */
  replicas: number;
  config: Record<string, string>;
  sentinel: Deployment['sentinel'];
  proxy: Deployment['proxy'];
  lookout: Deployment['lookout'];
  coldStart: Deployment['coldStart'];
  ports: { redis: number; sentinel: number; write: number; read: number; stats: number; health: number };
}

export interface Overrides {
  name?: string;
  /** Rehearses the topology on this machine. */
  target?: 'local';
}

/** What a check looks at. */
export interface CheckContext {
  topology: Topology;
  filled: Filled;
  /** True where the topology is only rehearsed on this machine: what it says of hosts and ports is then not used, on purpose. */
  rehearsal: boolean;
  /** Where the reader found errors already; the topology holds nothing there, or a stand-in. */
  broken: readonly Path[];
}

export function filled(topology: Topology, overrides: Overrides = {}): Filled {
  const profile = topology.profile ?? 'dev';
  const own = profileDefaults[profile];
  const mode = topology.mode ?? 'sentinel';
  const target = overrides.target ?? topology.target ?? 'local';
  const name = overrides.name ?? topology.name ?? 'vigie';
  const runtime = overrides.target === 'local' ? 'process' : (topology.runtime ?? runtimeOf(target));
  const persistence = topology.redis.persistence ?? own.persistence;
  const maxmemoryBytes = bytes(topology.redis.maxmemory ?? own.maxmemory);
  const replicas = mode === 'cluster' ? 0 : topology.redis.on.length - 1;
  const context: SettingContext = { profile, mode, persistence, maxmemoryBytes, replicas, nodeTimeoutMs: ms(topology.cluster?.nodeTimeout ?? own.nodeTimeout) };
  const downAfterMs = ms(topology.sentinel?.downAfter ?? own.downAfter);
  const sentinels = topology.sentinel?.on.length ?? 0;
  const { kind = 'redis', install = runtime === 'docker' ? 'image' : 'package', version } = topology.engine ?? {};
  const { proxy, lookout } = topology;
  return {
    name,
    // Another name, another master: two deployments of one file must not share it by accident.
    masterName: topology.masterName ?? name,
    mode,
    target,
    runtime,
    profile,
    engine: { kind, install, ...(version === undefined ? {} : { version: String(version) }) },
    persistence,
    maxmemoryBytes,
    replicas,
    config: { ...settingsFor(context), ...normalConfig(topology.redis.config ?? {}) },
    sentinel: {
      quorum: topology.sentinel?.quorum ?? Math.floor(sentinels / 2) + 1,
      downAfterMs,
      failoverTimeoutMs: ms(topology.sentinel?.failoverTimeout ?? own.failoverTimeout),
      parallelSyncs: topology.sentinel?.parallelSyncs ?? Math.max(1, replicas),
    },
    proxy: {
      holdForMs: ms(proxy?.holdFor ?? showDuration(downAfterMs + 5000)),
      clientTimeoutMs: ms(proxy?.clientTimeout ?? '1h'),
      connectTimeoutMs: ms(proxy?.connectTimeout ?? '30ms'),
      maxConnections: proxy?.maxConnections ?? own.maxConnections,
      ...(proxy?.stateFile === undefined ? {} : { stateFile: proxy.stateFile }),
    },
    lookout: {
      leaseMs: ms(lookout?.lease ?? '400ms'),
      fastPath: (lookout?.fastPath ?? true) && downAfterMs >= fastPathDownAfterMs,
      onMinority: lookout?.onMinority ?? 'close',
      onWatcherDeath: lookout?.onWatcherDeath ?? 'close',
    },
    coldStart: { waitMs: ms(topology.coldStart?.wait ?? '60s') },
    ports: {
      redis: topology.redis.port ?? 6379,
      sentinel: topology.sentinel?.port ?? 26_379,
      write: proxy?.write ?? 6379,
      read: proxy?.read ?? 6381,
      stats: proxy?.stats ?? 8404,
      health: proxy?.health ?? 8405,
    },
  };
}

function runtimeOf(target: TargetKind): RuntimeKind {
  if (target === 'local') return 'process';
  return target === 'ssh' ? 'systemd' : 'docker';
}

/** All hosts that a topology puts nodes on, in the order of their first mention. */
export function hostsInUse(topology: Topology): string[] {
  const lists = [topology.redis.on, topology.sentinel?.on ?? [], topology.proxy?.on ?? []];
  return [...new Set(lists.flat().map((entry) => placeOf(entry).host))];
}

/** The address of a host; undefined where the topology does not say it and the target needs it. */
export function addressOf(topology: Topology, target: TargetKind, host: string): string | undefined {
  if (target === 'local') return '127.0.0.1';
  const written = topology.hosts?.[host]?.address;
  return written ?? (target === 'ssh' ? undefined : host);
}

// The schema has checked the units; a zero here would be a defect of the schema and shows in its tests.
function ms(text: string): number {
  return durationMs(text) ?? 0;
}

function bytes(text: string): number {
  return sizeBytes(text) ?? 0;
}
