// Where a proxy sends writes and reads, and where reads should go: what routing is judged by, for the planner, the status and the checks.

import type { Deployment } from '../desired/deployment.ts';
import { holdSlot } from '../render/haproxy-cfg.ts';
import { type ProxyFacts, type Snapshot, valueOf } from './snapshot.ts';

/** Replicas whose link is up; the master only where there is none (PROTOCOL 19). */
export function readersOf(deployment: Deployment, snapshot: Snapshot, master: string): string[] {
  const replicas = deployment.redis.filter((node) => node.id !== master && valueOf(snapshot.redis[node.id])?.link === 'up').map((node) => node.id);
  return replicas.length > 0 ? replicas : [master];
}

/** Slots that take connections, the hold entry aside. A read server that fails its PING check is open all the same: HAProxy itself leaves it out. */
export function openOf(facts: ProxyFacts, backend: 'write' | 'read'): string[] {
  const open = (state: string): boolean => state === 'open' || (backend === 'read' && state === 'down');
  return facts.servers.filter((server) => server.backend === backend && server.node !== holdSlot && open(server.state)).map((server) => server.node);
}

/** The write route as clients meet it. `holding`: new connections wait, bounded. `closed`: they are ended at once. */
export function writeStateOf(facts: ProxyFacts): 'open' | 'holding' | 'closed' {
  if (openOf(facts, 'write').length > 0) return 'open';
  return facts.servers.some((server) => server.backend === 'write' && server.node === holdSlot && server.state === 'open') ? 'holding' : 'closed';
}
