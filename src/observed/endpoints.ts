// Where applications connect, as whom, and where their password lies: the document of `vigie endpoints`, and its form for environments.

import type { Deployment } from '../desired/deployment.ts';
import { shellQuote } from '../shared/shell.ts';
import type { Authority } from './authority.ts';
import { readersOf } from './routes.ts';
import { type Snapshot, valueOf } from './snapshot.ts';

export interface Endpoint {
  host: string;
  port: number;
}

export interface Endpoints {
  schema: 1;
  masterName: string;
  /** The proxy's endpoints, or the virtual address where one is. Without proxies the nodes themselves as they are now: after a failover
   *  ask again, or follow the Sentinels. Null while nobody knows the master, and in a cluster. */
  write: Endpoint | null;
  read: Endpoint | null;
  sentinels: Endpoint[];
  nodes: { id: string; host: string; port: number; role: 'master' | 'replica' | 'unknown' }[];
  /** Every proxy by itself, where there are several and a client may choose. */
  proxies: { id: string; write: Endpoint; read: Endpoint }[];
  user: string;
  /** Absolute path of a file that holds the password; null when it comes from elsewhere. */
  passwordFile: string | null;
  /** Who asks the Sentinels for the master; null where there are none. */
  sentinelUser: string | null;
  sentinelPasswordFile: string | null;
  tls: boolean;
}

/** `fileOf` gives the file with the password of a user, or null when it is not in a file. */
export function endpointsOf(deployment: Deployment, snapshot: Snapshot, who: Authority, fileOf: (user: string) => string | null): Endpoints {
  const hasSentinels = deployment.sentinels.length > 0;
  return {
    schema: 1,
    masterName: deployment.masterName,
    ...routes(deployment, snapshot, who),
    sentinels: deployment.sentinels.map(endpointOf),
    nodes: deployment.redis.map((node) => ({ id: node.id, ...endpointOf(node), role: valueOf(snapshot.redis[node.id])?.role ?? ('unknown' as const) })),
    proxies: deployment.proxies.map((node) => ({ id: node.id, write: endpointOf(node), read: { host: node.address, port: node.readPort } })),
    user: 'default',
    passwordFile: fileOf('default'),
    // The same user on Sentinels has the commands of discovery only (desired/users.ts).
    sentinelUser: hasSentinels ? 'default' : null,
    sentinelPasswordFile: hasSentinels ? fileOf('default') : null,
    tls: false,
  };
}

/** Lines `NAME=value`, quoted for sh. With `reveal` the passwords themselves, else the files that hold them. */
export function endpointsEnv(endpoints: Endpoints, reveal?: (user: string) => string): string {
  const { masterName, write, read, sentinels, user, passwordFile, sentinelUser, sentinelPasswordFile, tls } = endpoints;
  const password = (prefix: string, of: string | null, file: string | null): [string, string | undefined][] =>
    of === null ? [] : [reveal === undefined ? [`${prefix}_FILE`, file ?? undefined] : [prefix, reveal(of)]];
  const lines: [string, string | undefined][] = [
    ['REDIS_WRITE_HOST', write?.host],
    ['REDIS_WRITE_PORT', write?.port.toString()],
    ['REDIS_READ_HOST', read?.host],
    ['REDIS_READ_PORT', read?.port.toString()],
    ['REDIS_SENTINEL_ADDRS', sentinels.length > 0 ? sentinels.map(joined).join(',') : undefined],
    ['REDIS_MASTER_NAME', sentinels.length > 0 ? masterName : undefined],
    ['REDIS_USERNAME', user],
    ...password('REDIS_PASSWORD', user, passwordFile),
    ['REDIS_SENTINEL_USERNAME', sentinelUser ?? undefined],
    ...password('REDIS_SENTINEL_PASSWORD', sentinelUser, sentinelPasswordFile),
    ['REDIS_TLS', tls ? 'true' : undefined],
  ];
  return lines.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${shellQuote(value)}\n`])).join('');
}

function routes(deployment: Deployment, snapshot: Snapshot, who: Authority): Pick<Endpoints, 'write' | 'read'> {
  const [proxy] = deployment.proxies;
  if (proxy !== undefined) {
    const host = deployment.vip?.address.split('/', 1)[0] ?? proxy.address;
    return { write: { host, port: proxy.port }, read: { host, port: proxy.readPort } };
  }
  const at = (id: string | undefined): Endpoint | null => {
    const node = deployment.redis.find((candidate) => candidate.id === id);
    return node ? endpointOf(node) : null;
  };
  if (who.master === undefined) return { write: null, read: null };
  return { write: at(who.master), read: at(readersOf(deployment, snapshot, who.master)[0]) };
}

function endpointOf(node: { address: string; port: number }): Endpoint {
  return { host: node.address, port: node.port };
}

/** `host:port`, an IPv6 address in brackets. */
export function joined({ host, port }: Endpoint): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
