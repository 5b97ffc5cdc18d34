// When nothing may be done at all, why, and what to type next. Checked before anything is planned.

import { type Deployment, type Node, allNodes } from '../desired/deployment.ts';
import { usersOn } from '../desired/users.ts';
import { type Snapshot, valueOf } from '../observed/snapshot.ts';
import { type PlanContext, isFresh } from './context.ts';
import type { Refusal } from './step.ts';

export function guard(deployment: Deployment, snapshot: Snapshot, context: PlanContext): Refusal[] {
  const taken = portsGuard(deployment, snapshot, context);
  return [
    ...modeGuard(deployment),
    ...movedGuard(deployment, context),
    ...taken,
    // What answers on a stranger's port does not know our passwords, of course.
    ...(taken.length > 0 ? [] : credentialsGuard(deployment, snapshot, context)),
    ...foreignGuard(deployment, snapshot),
  ];
}

function modeGuard(deployment: Deployment): Refusal[] {
  if (deployment.mode !== 'cluster') return [];
  return [{ code: 'MODE_UNAVAILABLE', sentence: 'mode cluster is not in this version', next: 'set mode: sentinel, or replication, or standalone' }];
}

/** Nodes that were applied before under another address, or are not in the topology any more. */
function movedGuard(deployment: Deployment, context: PlanContext): Refusal[] {
  const recorded = context.recorded;
  if (recorded === undefined) return [];
  const ids = new Set(allNodes(deployment).map((node) => node.id));
  if (allNodes(recorded).every((node) => !ids.has(node.id))) {
    const from = recorded.source.file ?? 'the embedded default';
    const sentence = `another deployment named ${deployment.name} (from ${from}) is here; it has none of these nodes`;
    return [{ code: 'OTHER_DEPLOYMENT', sentence, next: 'give this one another name: vigie plan --name OTHER' }];
  }
  const refusals: Refusal[] = [];
  if (recorded.mode !== deployment.mode && rank(deployment.mode) < rank(recorded.mode)) {
    const sentence = `the deployment runs in mode ${recorded.mode}; going back to ${deployment.mode} would leave parts of it running unwatched`;
    refusals.push({ code: 'MODE_REDUCED', sentence, next: `set mode: ${recorded.mode}, or take it down first: vigie down` });
  }
  const now = new Map(allNodes(deployment).map((node) => [node.id, node]));
  for (const before of allNodes(recorded)) {
    const node = now.get(before.id);
    if (node === undefined) {
      const sentence = `${before.id} (${before.address}:${before.port}) is not in the topology any more, and this version does not remove single nodes`;
      refusals.push({
        code: 'NODE_REMOVED',
        sentence,
        next: `put ${before.id} back into the topology`,
      });
    } else if (portsOf(node).join() !== portsOf(before).join() || node.address !== before.address) {
      const sentence = `${before.id} would move from ${before.address}:${portsOf(before).join(',')} to ${node.address}:${portsOf(node).join(',')}: its peers, the Sentinels and every client know it by its address`;
      refusals.push({
        code: 'NODE_MOVED',
        sentence,
        next: `set the address and ports of ${before.id} back`,
      });
    }
  }
  return refusals;
}

function credentialsGuard(deployment: Deployment, snapshot: Snapshot, context: PlanContext): Refusal[] {
  const locked = [...deployment.redis, ...deployment.sentinels].filter((node) => {
    const seen = node.kind === 'redis' ? snapshot.redis[node.id] : snapshot.sentinels[node.id];
    return seen?.known === false && seen.why === 'auth';
  });
  const [first] = locked;
  // Without the operator's password nothing lets us in: then the password is missing, not wrong.
  if (first !== undefined && context.credentials.includes('vigie')) {
    const sentence = `${locked.map((node) => `${node.id} (${node.address}:${node.port})`).join(', ')} answers, but not to the passwords that are here`;
    const next = 'bring the state folder of the machine that deployed it ($VIGIE_HOME), or name the passwords under credentials: in the topology';
    return [{ code: 'CREDENTIALS_WRONG', sentence, next }];
  }
  const missing = [...usersOn('data'), ...usersOn('sentinel')].filter((user) => !context.credentials.includes(user));
  if (missing.length > 0 && !isFresh(deployment, snapshot)) {
    const sentence = `the deployment has run, but the passwords of ${[...new Set(missing)].join(', ')} are not here; new ones are never made over a live deployment`;
    const next = 'bring the credentials folder of the machine that deployed it ($VIGIE_HOME), or name the passwords under credentials: in the topology';
    return [{ code: 'CREDENTIALS_MISSING', sentence, next }];
  }
  return changedPasswords(deployment, snapshot);
}

/** A service user with another password than ours. Putting ours there would break every login that still uses the other: masterauth,
 *  the Sentinels, the proxies, applications. Changing one is a rotation, done in steps. */
function changedPasswords(deployment: Deployment, snapshot: Snapshot): Refusal[] {
  const places = [
    ...deployment.redis.map((node) => ({ id: node.id, users: usersOn('data'), acl: valueOf(snapshot.redis[node.id])?.acl })),
    ...deployment.sentinels.map((node) => ({ id: node.id, users: usersOn('sentinel'), acl: valueOf(snapshot.sentinels[node.id])?.acl })),
  ];
  const changed = places.flatMap(({ id, users, acl }) => users.filter((user) => acl?.[user]?.includes('#other')).map((user) => ({ id, user })));
  if (changed.length === 0) return [];
  const sentence = `the password of ${[...new Set(changed.map(({ user }) => user))].join(', ')} that is here is not the one on ${[...new Set(changed.map(({ id }) => id))].join(', ')}; changing passwords of a live deployment is not in this version`;
  const next = 'put the password that is in use back (credentials: in the topology, or the credentials folder of the state folder)';
  return [{ code: 'CREDENTIALS_CHANGED', sentence, next }];
}

/** Sentinels that watch something else and not us: a deployment that is not ours is never merged. */
function foreignGuard(deployment: Deployment, snapshot: Snapshot): Refusal[] {
  const foreign = deployment.sentinels.filter((node) => {
    const facts = valueOf(snapshot.sentinels[node.id]);
    return facts !== undefined && facts.master === undefined && facts.otherMasters.length > 0;
  });
  return foreign.map((node) => ({
    code: 'NOT_OURS' as const,
    sentence: `${node.id} (${node.address}:${node.port}) watches ${valueOf(snapshot.sentinels[node.id])?.otherMasters.join(', ')}, not ${deployment.masterName}`,
    next: `set masterName to the name it watches, or give ${node.id} another port`,
  }));
}

/** A port that somebody else holds, found before anything starts. */
function portsGuard(deployment: Deployment, snapshot: Snapshot, context: PlanContext): Refusal[] {
  const ours = new Set(Object.values(snapshot.services).flatMap((seen) => (seen.known && seen.value.pid !== undefined ? [seen.value.pid] : [])));
  const taken: { node: Node; port: number; holder: string }[] = [];
  for (const node of allNodes(deployment)) {
    const service = valueOf(snapshot.services[node.id]);
    if (service === undefined || service.state === 'running') continue;
    const facts = valueOf(snapshot.machines[context.machineOf[node.id] ?? '']);
    for (const { port, pid, program } of facts?.listening ?? []) {
      if (!portsOf(node).includes(port) || (pid !== undefined && ours.has(pid))) continue;
      taken.push({ node, port, holder: pid === undefined ? 'another process' : `${program ?? 'a process'} (pid ${pid})` });
    }
  }
  if (taken.length === 0) return [];
  const sentence = taken.map(({ node, port, holder }) => `port ${port} of ${node.id} is held by ${holder}`).join('; ');
  const next =
    deployment.portBase === undefined
      ? 'stop that process, or choose another port in the topology'
      : `vigie up --port-base ${freeBase(deployment.portBase, snapshot)}`;
  return [{ code: 'PORT_TAKEN', sentence, next }];
}

/** The next hundred in which nothing listens (the look covers the nine after ours). */
function freeBase(base: number, snapshot: Snapshot): number {
  const busy = new Set(
    Object.values(snapshot.machines).flatMap((seen) => (seen.known ? seen.value.listening.map(({ port }) => Math.floor((port - base) / 100)) : [])),
  );
  let hundred = 1;
  while (busy.has(hundred)) hundred += 1;
  return base + hundred * 100;
}

function portsOf(node: Node): number[] {
  return node.kind === 'proxy' ? [node.port, node.readPort, node.statsPort] : [node.port];
}

function rank(mode: Deployment['mode']): number {
  return { standalone: 0, replication: 1, sentinel: 2, cluster: 3 }[mode];
}
