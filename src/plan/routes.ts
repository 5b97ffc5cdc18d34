// Where a proxy has to send writes and reads. Every server slot is disabled in haproxy.cfg, so a route is an observed fact and a step
// through the runtime socket (law 3: at most one write route; PROTOCOL 19: the master serves reads only when nobody else can).

import type { Deployment } from '../desired/deployment.ts';
import { paths } from '../desired/paths.ts';
import type { Authority } from '../observed/authority.ts';
import { openOf, readersOf } from '../observed/routes.ts';
import { type ProxyFacts, type Snapshot, valueOf } from '../observed/snapshot.ts';
import { step } from './describe.ts';
import type { Step } from './step.ts';

export function routeSteps(deployment: Deployment, snapshot: Snapshot, who: Authority): Step[] {
  const master = who.master !== undefined && valueOf(snapshot.redis[who.master])?.role === 'master' ? who.master : null;
  const readers = master === null ? null : readersOf(deployment, snapshot, master);
  const somebodyWaits = deployment.redis.some((node) => valueOf(snapshot.services[node.id])?.state === 'waiting');
  return deployment.proxies.flatMap((node) => {
    const facts = valueOf(snapshot.proxies[node.id]);
    // HAProxy comes up with every route closed.
    const restarts = facts === undefined || valueOf(snapshot.services[node.id])?.files[paths.haproxyCfg]?.matches === false;
    const steps: Step[] = [];
    // A master that still waits for its replicas, or is not there yet, is routed to in a later round, when it is known.
    if (restarts && (valueOf(snapshot.services[node.id]) === undefined || (master === null && somebodyWaits))) return steps;
    if (restarts || (master !== null && !same(openOf(facts, 'write'), [master]))) {
      steps.push(
        step(
          'proxies',
          { kind: 'write-route', node: node.id, to: master },
          restarts ? 'every route is closed when HAProxy starts' : routeReason(facts, master),
        ),
      );
    }
    if (restarts || (readers !== null && !same(openOf(facts, 'read'), readers))) {
      steps.push(
        step(
          'proxies',
          { kind: 'read-route', node: node.id, to: readers },
          restarts ? 'every route is closed when HAProxy starts' : 'these replicas are in sync',
        ),
      );
    }
    return steps;
  });
}

function routeReason(facts: ProxyFacts, master: string | null): string {
  const open = openOf(facts, 'write');
  return open.length === 0 ? `it is closed, and ${master} is the master` : `it leads to ${open.join(', ')}, but ${master} is the master`;
}

function same(a: string[], b: string[]): boolean {
  return a.length === b.length && [...a].sort().join() === [...b].sort().join();
}
