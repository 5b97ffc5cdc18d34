// What is there: everything that one look at a deployment found, with source and age. Unknown stays unknown.

import type { Unreachable } from '../shared/unreachable.ts';

/** A fact: seen at `atMs` (epoch milliseconds) by way of `source` (a command or file), or not seen, and why. */
export type Seen<T> =
  | { known: true; value: T; source: string; atMs: number }
  | { known: false; why: Unreachable; detail: string; source: string; atMs: number };

export interface Snapshot {
  atMs: number;
  /** By machine id (the local target has one machine for all its hosts). */
  machines: Record<string, Seen<MachineFacts>>;
  /** By node id, for every node of the deployment. */
  services: Record<string, Seen<ServiceFacts>>;
  redis: Record<string, Seen<RedisFacts>>;
  sentinels: Record<string, Seen<SentinelFacts>>;
  proxies: Record<string, Seen<ProxyFacts>>;
}

export interface MachineFacts {
  os: string;
  isRoot: boolean;
  hasSudo: boolean;
  packageManager: 'apt' | 'dnf' | 'yum' | 'brew' | 'none';
  /** Absolute path of each program found; absent when not installed. Versions are told by the servers themselves. */
  binaries: Partial<Record<'redis-server' | 'redis-cli' | 'valkey-server' | 'valkey-cli' | 'haproxy', { path: string }>>;
  /** Listening TCP ports among those that the deployment needs, with the holder where the system tells. */
  listening: { port: number; pid?: number; program?: string }[];
}

export interface ServiceFacts {
  /** `absent`: no directory yet (never ran here). `stopped`: directory, no process. `waiting`: the boot gate holds it back.
   *  `running`: the process lives (whether it answers is another fact). */
  state: 'absent' | 'stopped' | 'waiting' | 'running';
  pid?: number;
  /** Whether it was ever started here, however that went; absent: never. */
  started?: true;
  /** The boot gate's last sentence, while it waits or after it refused. */
  gateSaid?: string;
  /** False when the server's own pid file was left behind: it was killed, or the machine went down. Redis nodes only. */
  cleanStop: boolean;
  /** Files of the data directory with content: an RDB, an AOF. Redis nodes only. */
  dataBytes: number;
  /** The small journal beside the data (PROTOCOL 6): how far this node had come. Redis nodes only. */
  journal?: Journal;
  /** Rendered files by path: absent, or present; `matches` only for files that are ours (`owned`). */
  files: Record<string, { present: boolean; matches?: boolean }>;
}

export interface Journal {
  replicationId: string;
  offset: number;
  /** The offset that was certainly on disk. */
  durableOffset: number;
  role: 'master' | 'replica';
  /** Epoch milliseconds. */
  atMs: number;
}

export interface RedisFacts {
  engine: 'redis' | 'valkey';
  version: string;
  runId: string;
  pid: number;
  uptimeSeconds: number;
  role: 'master' | 'replica';
  /** `master` for a master; for a replica the state of its link. */
  link: 'master' | 'up' | 'syncing' | 'connecting' | 'down';
  replicationId: string;
  /** master_repl_offset of a master, slave_repl_offset of a replica, bytes. */
  offset: number;
  /** Whom a replica follows. */
  master?: { address: string; port: number };
  /** Seconds since the link of a replica went down, where the server says so. */
  linkDownSeconds?: number;
  /** What a master sees of its replicas. */
  replicas: { address: string; port: number; state: string; offset: number; lagSeconds: number }[];
  /** CONFIG GET *. */
  config: Record<string, string>;
  /** ACL LIST, by user: the rules after `user NAME `; password hashes are replaced by `#{{sha256:USER}}` where they are ours, by `#other` otherwise. */
  acl: Record<string, string>;
  keys: number;
  usedMemoryBytes: number;
  /** INFO as read, for diagnoses (section-less, last wins). */
  info: Record<string, string>;
}

export interface SentinelFacts {
  version: string;
  runId: string;
  myid: string;
  tilt: boolean;
  /** SENTINEL MASTER <name>; undefined when this Sentinel does not know the name. */
  master?: {
    address: string;
    port: number;
    flags: string[];
    configEpoch: number;
    quorum: number;
    otherSentinels: number;
    downAfterMs: number;
    failoverTimeoutMs: number;
    parallelSyncs: number;
  };
  /** Names of other masters that it watches: a Sentinel may be shared. */
  otherMasters: string[];
  replicas: { address: string; port: number; flags: string[]; priority: number }[];
  peers: { address: string; port: number; runId: string; flags: string[] }[];
  /** How often it pings and dials again (SENTINEL DEBUG, Redis 7.0+; not persisted); undefined where it cannot be asked. */
  pingPeriodMs?: number;
  /** SENTINEL CKQUORUM: `OK …` or the error text. */
  quorumCheck: string;
  acl: Record<string, string>;
}

export interface ProxyFacts {
  version: string;
  pid: number;
  uptimeSeconds: number;
  /** One row per server slot. `open`: takes connections. `drain`: no new ones. `maint`: out. */
  servers: {
    backend: 'write' | 'read';
    node: string;
    address: string;
    port: number;
    state: 'open' | 'drain' | 'maint' | 'down';
    sinceSeconds: number;
    sessions: number;
  }[];
}

export function known<T>(value: T, source: string, atMs: number): Seen<T> {
  return { known: true, value, source, atMs };
}

export function unknown<T>(why: Unreachable, detail: string, source: string, atMs: number): Seen<T> {
  return { known: false, why, detail, source, atMs };
}

/** The value, or undefined when it was not seen. */
export function valueOf<T>(seen: Seen<T> | undefined): T | undefined {
  return seen?.known ? seen.value : undefined;
}
