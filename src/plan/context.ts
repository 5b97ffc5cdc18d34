// What the planner is told beside what was asked and what was seen: the record of earlier applies, and what the caller consented to.

import type { Deployment, RedisNode } from '../desired/deployment.ts';
import type { Authority } from '../observed/authority.ts';
import type { MachineFacts, Snapshot } from '../observed/snapshot.ts';
import { valueOf } from '../observed/snapshot.ts';

export interface PlanContext {
  /** The deployment as it was last applied from here; undefined before the first apply. */
  recorded?: Deployment;
  /** Machine of each node, by node id, and the machines' ids. */
  machineOf: Record<string, string>;
  /** Passwords that are here, by service user. */
  credentials: string[];
  /** Packages for a machine that lacks programs; empty when nothing is missing. Decided from facts by `missingPackages`. */
  packagesFor(machine: MachineFacts): string[];
  /** The node that an operator chose, by typed consent, as the one with the right data (`--cold-start NODE`). */
  coldStart?: string;
}

/** Whether a Redis node has ever held the deployment's data here. Unknown facts count as «has run»: nothing is assumed away. */
export function hasRun(snapshot: Snapshot, id: string): boolean {
  const seen = snapshot.services[id];
  if (!seen?.known) return true;
  const facts = seen.value;
  if (facts.state === 'absent') return false;
  return facts.state === 'running' || facts.state === 'waiting' || facts.journal !== undefined || facts.dataBytes > 0 || !facts.cleanStop;
}

/** Nothing of this deployment ever ran: no Redis node has run, and no Sentinel that answers knows the master's name. */
export function isFresh(deployment: Deployment, snapshot: Snapshot): boolean {
  return (
    deployment.redis.every((node) => !hasRun(snapshot, node.id)) &&
    deployment.sentinels.every((node) => valueOf(snapshot.sentinels[node.id])?.master === undefined)
  );
}

export function initialMaster(deployment: Deployment): RedisNode {
  const master = deployment.redis.find((node) => node.initialRole === 'master');
  if (!master) throw new Error('a deployment has an initial master: resolve() gives one');
  return master;
}

/** Whom new seeds follow: the live master; where nobody can say (the Sentinels lost their files), who was master by the youngest journal
 *  beside the data; the topology's word only when there is neither (law 1). */
export function seedMaster(deployment: Deployment, snapshot: Snapshot, who: Authority): string | undefined {
  if (who.master !== undefined) return who.master;
  const masters = deployment.redis.flatMap(({ id }) => {
    const journal = valueOf(snapshot.services[id])?.journal;
    return journal?.role === 'master' ? [{ id, atMs: journal.atMs }] : [];
  });
  return masters.sort((a, b) => b.atMs - a.atMs)[0]?.id;
}

/** The same deployment with the live master as the one that seeds of never-run nodes follow (law 1). */
export function following(deployment: Deployment, master: string | undefined): Deployment {
  if (master === undefined) return deployment;
  return { ...deployment, redis: deployment.redis.map((node) => ({ ...node, initialRole: node.id === master ? ('master' as const) : ('replica' as const) })) };
}
