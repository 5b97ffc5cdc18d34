// Which nodes a topology asks for, and the id of each. An id is host and role, never a position in a list: data directories,
// Sentinel ids and units are named after it.

import { type Topology, placeOf } from './schema.ts';
import type { Path } from './problem.ts';

export type Role = 'redis' | 'sentinel' | 'proxy';

export interface AskedNode {
  role: Role;
  id: string;
  host: string;
  /** Written in its own entry of `on`. */
  port?: number;
  /** Its entry in the topology. */
  path: Path;
}

export function askedNodes(topology: Topology): AskedNode[] {
  const lists = { redis: topology.redis.on, sentinel: topology.sentinel?.on ?? [], proxy: topology.proxy?.on ?? [] };
  return (Object.keys(lists) as Role[]).flatMap((role) =>
    lists[role].map((entry, index) => {
      const { host, port } = placeOf(entry);
      return { role, id: nodeId(role, host, port), host, ...(port === undefined ? {} : { port }), path: [role, 'on', index] };
    }),
  );
}

/** `redis-1` on host 1, `redis-01` on host redis-01, `sentinel-redis-01` there too; `redis-1-6380` where the entry names a port. */
export function nodeId(role: Role, host: string, port?: number): string {
  const base = host.startsWith(`${role}-`) ? host : `${role}-${host}`;
  return port === undefined ? base : `${base}-${port}`;
}

/** The node that `redis.master` names by host or id; the first of `on` where it names none; undefined where it names nobody. */
export function firstMaster(topology: Topology): AskedNode | undefined {
  const nodes = askedNodes(topology).filter((node) => node.role === 'redis');
  const wanted = topology.redis.master === undefined ? undefined : String(topology.redis.master);
  return wanted === undefined ? nodes[0] : (nodes.find((node) => node.id === wanted) ?? nodes.find((node) => node.host === wanted));
}
