// What was asked, resolved: every default filled in, every node with its id, host, address and ports. Plain JSON without secrets;
// the same shape whatever the source was (vigie.yaml, servers.tsv, the embedded default).

export type Mode = 'standalone' | 'replication' | 'sentinel' | 'cluster';
export type TargetKind = 'local' | 'ssh' | 'compose' | 'kubernetes';
export type RuntimeKind = 'process' | 'systemd' | 'docker';
export type Profile = 'dev' | 'staging' | 'production';
export type Persistence = 'none' | 'rdb' | 'aof' | 'both';

export interface Host {
  name: string;
  address: string;
  runtime: RuntimeKind;
  zone?: string;
  /** How OpenSSH reaches it, where ~/.ssh/config does not say. */
  ssh?: { user?: string; port?: number; key?: string };
}

interface NodeBase {
  /** Host and role (and port where one host carries several): `redis-1`, `sentinel-redis-01`. Never a position in a list. */
  id: string;
  /** Name of the host in `Deployment.hosts`. */
  host: string;
  address: string;
  port: number;
}

export interface RedisNode extends NodeBase {
  kind: 'redis';
  /** An input only for a deployment that has never run; afterwards the live system says who is master. */
  initialRole: 'master' | 'replica';
}

export interface SentinelNode extends NodeBase {
  kind: 'sentinel';
  /** 40 hex digits, derived from deployment name and id. */
  myid: string;
}

export interface ProxyNode extends NodeBase {
  kind: 'proxy';
  /** `port` is the write endpoint. */
  readPort: number;
  statsPort: number;
  /** Where the lookout will answer; nothing listens there yet. */
  healthPort: number;
}

export type Node = RedisNode | SentinelNode | ProxyNode;

export interface Deployment {
  name: string;
  /** The name under which Sentinels know the master; the deployment's name unless the topology says otherwise. */
  masterName: string;
  mode: Mode;
  target: TargetKind;
  profile: Profile;
  engine: { kind: 'redis' | 'valkey'; install: 'package' | 'source' | 'image' | 'none'; version?: string };
  source: { kind: 'vigie.yaml' | 'servers.tsv' | 'embedded'; file?: string };
  /** First of the hundred ports of a local deployment; undefined on hosts. */
  portBase?: number;
  hosts: Host[];
  redis: RedisNode[];
  sentinels: SentinelNode[];
  proxies: ProxyNode[];
  persistence: Persistence;
  /** Every redis.conf directive that Vigie holds, in the form in which CONFIG GET answers it (bytes, seconds, yes/no): the
   *  profile's defaults with the topology's `redis.config` over them. Addresses, paths, ACL and replication are not in here. */
  config: Record<string, string>;
  sentinel: { quorum: number; downAfterMs: number; failoverTimeoutMs: number; parallelSyncs: number };
  proxy: { holdForMs: number; clientTimeoutMs: number; connectTimeoutMs: number; maxConnections: number; stateFile?: string };
  lookout: { leaseMs: number; fastPath: boolean; onMinority: 'close' | 'keep'; onWatcherDeath: 'close' | 'keep' };
  coldStart: { waitMs: number };
  /** Where passwords come from, per service user; absent users get generated ones, kept in the state folder. */
  credentials: Partial<Record<string, { file: string } | { env: string }>>;
  vip?: { address: string; provider: 'keepalived' | 'pacemaker' | 'external' };
  /** What a failover drill must prove. */
  drill?: { maxOutageMs?: number; maxLost?: number };
}

export function allNodes(deployment: Deployment): Node[] {
  return [...deployment.redis, ...deployment.sentinels, ...deployment.proxies];
}

/** A majority of all configured Sentinels (not of those that answer). */
export function majority(deployment: Deployment): number {
  return Math.floor(deployment.sentinels.length / 2) + 1;
}
