// Taking a deployment down: proxies first, so that no client writes into a stop; Sentinels next, so that nobody fails over;
// then replicas after their master, so that the master can hand them its last writes (Redis 7 waits for them at SHUTDOWN).

import { type Deployment, allNodes } from '../desired/deployment.ts';
import type { Authority } from '../observed/authority.ts';
import { type Snapshot, valueOf } from '../observed/snapshot.ts';
import { step } from './describe.ts';
import type { Plan, Step } from './step.ts';

export function planDown(deployment: Deployment, snapshot: Snapshot, who: Authority, options: { purge: boolean }): Plan {
  const unseen = unseenOf(deployment, snapshot);
  if (unseen.length > 0) {
    const sentence = `what runs cannot be told for certain: ${unseen.join('; ')}`;
    return { steps: [], refused: [{ code: 'NODE_UNSEEN', sentence, next: 'vigie status, then vigie down again' }], notes: [] };
  }
  const live = (id: string): boolean => ['running', 'waiting'].includes(valueOf(snapshot.services[id])?.state ?? '');
  const masters = deployment.redis.filter((node) => node.id === who.master || valueOf(snapshot.redis[node.id])?.role === 'master').map((node) => node.id);
  const inOrder = [
    ...deployment.proxies.map((node) => ({ id: node.id, stage: 'proxies' as const, reason: 'clients are sent away first' })),
    ...deployment.sentinels.map((node) => ({ id: node.id, stage: 'sentinels' as const, reason: 'so that nobody fails over meanwhile' })),
    ...masters.map((id) => ({ id, stage: 'master' as const, reason: 'it hands its last writes to its replicas' })),
    ...deployment.redis
      .filter((node) => !masters.includes(node.id))
      .map((node) => ({ id: node.id, stage: 'replicas' as const, reason: 'its master has stopped' })),
  ];
  const steps: Step[] = inOrder.filter(({ id }) => live(id)).map(({ id, stage, reason }) => step(stage, { kind: 'stop', node: id }, reason));
  if (options.purge) {
    for (const node of allNodes(deployment)) {
      if (valueOf(snapshot.services[node.id])?.state === 'absent') continue;
      steps.push(step('files', { kind: 'remove-files', node: node.id }, 'asked for with --purge'));
    }
  }
  return { steps, refused: [], notes: [] };
}

/** Nodes of which it is not known whether they run, and nodes that answer although no process of ours is there for them. */
function unseenOf(deployment: Deployment, snapshot: Snapshot): string[] {
  return allNodes(deployment).flatMap(({ id }) => {
    const service = snapshot.services[id];
    if (!service?.known) return [`${id}: ${service?.detail ?? 'not looked at'}`];
    const answers = [snapshot.redis[id], snapshot.sentinels[id], snapshot.proxies[id]].some((seen) => seen?.known === true);
    return answers && service.value.state !== 'running' ? [`${id} answers, but its process is not known here (${service.value.state})`] : [];
  });
}
