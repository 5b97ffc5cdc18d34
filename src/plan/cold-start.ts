// After a power loss everything is down at once and no Sentinel can elect: which node holds the most data, and may it begin? (PROTOCOL 6)
//
// Rules, in the code's order:
// 1. An operator's typed choice (`--cold-start NODE --confirm NAME`) decides, in every mode.
// 2. Only when the Sentinels' master waits in its boot gate and nobody else can be elected: no node answers as master, and every
//    replica that answers has not synced since its own boot (priority 0, link not up). Otherwise Sentinel elects; we wait. Where no
//    Sentinel was ever started (a first apply was interrupted), the initial master stands for the Sentinels' master.
// 3. A node that has run and cannot be seen might be the fullest: nothing is decided without it.
// 4. No node has anything on disk: the Sentinels' master begins.
// 5. The history that counts is that of the Sentinels' master, when its journal says that it was master and its data is here (the config
//    epoch decides, not the clock: an old master that lived on alone has the younger journal and the older history). Otherwise it is the
//    history of the journal that was written last. In it the highest durable offset wins; the Sentinels' master wins a tie, and also when
//    its journal was last written within two seconds of the best one: journals are written once a second, and a master is never behind.
//    A journal that shows nothing on disk does not count.
// 6. Data, but no journal that could compare it: a person decides.

import type { Deployment } from '../desired/deployment.ts';
import { type Authority, noSentinelEverRan } from '../observed/authority.ts';
import { type Journal, type Snapshot, valueOf } from '../observed/snapshot.ts';
import { type PlanContext, hasRun, initialMaster } from './context.ts';
import { step } from './describe.ts';
import type { Refusal, Step } from './step.ts';

const journalSkewMs = 2000;

export function coldStartSteps(deployment: Deployment, snapshot: Snapshot, context: PlanContext, who: Authority): { steps: Step[]; refused: Refusal[] } {
  const nothing = { steps: [], refused: [] };
  const waits = (id: string | undefined): id is string => id !== undefined && valueOf(snapshot.services[id])?.state === 'waiting';
  if (waits(context.coldStart)) return { steps: [permit(context.coldStart, byOperator)], refused: [] };
  if (deployment.mode !== 'sentinel') return nothing;
  const orphaned = who.master === undefined && noSentinelEverRan(deployment, snapshot);
  const master = orphaned ? initialMaster(deployment).id : who.master;
  if (!waits(master) || !nobodyElectable(deployment, snapshot)) return nothing;
  const ran = deployment.redis.filter((node) => hasRun(snapshot, node.id)).map((node) => node.id);
  const unseen = ran.filter((id) => !snapshot.services[id]?.known);
  if (unseen.length > 0 && context.coldStart === undefined) return refuse(deployment, ran, `${unseen.join(', ')} cannot be seen and might hold the most data`);
  const chosen = context.coldStart ?? fullest(snapshot, ran, master);
  if (chosen === undefined) return refuse(deployment, ran, 'there is data on disk but no journal that tells which node holds the most');
  const reason = context.coldStart === undefined ? 'everything was down at once, and its journal shows the most data' : byOperator;
  if (chosen === master) return { steps: [permit(chosen, reason)], refused: [] };
  if (orphaned) return refuse(deployment, ran, `${chosen} shows more data than ${master}, and there are no Sentinels yet that could elect it`);
  return { steps: [makeElectable(deployment, snapshot, chosen, reason)], refused: [] };
}

/** The node with the most data by rules 4 to 6; undefined when only a person can tell. */
export function fullest(snapshot: Snapshot, ran: string[], master: string): string | undefined {
  const facts = (id: string) => valueOf(snapshot.services[id]);
  if (ran.every((id) => (facts(id)?.dataBytes ?? 0) === 0)) return master;
  const journals = ran.flatMap((id) => {
    const journal = facts(id)?.journal;
    return journal && journal.durableOffset > 0 && (facts(id)?.dataBytes ?? 0) > 0 ? [{ id, ...journal }] : [];
  });
  if (ran.length === 1) return ran[0];
  const reigning = journals.find((journal) => journal.id === master && journal.role === 'master');
  const newest = reigning ?? [...journals].sort((a, b) => b.atMs - a.atMs)[0];
  if (newest === undefined) return undefined;
  const best = journals.filter((journal) => journal.replicationId === newest.replicationId).sort(byOffset(master))[0];
  const own = journals.find((journal) => journal.id === master && journal.replicationId === newest.replicationId);
  if (own && best && Math.abs(best.atMs - own.atMs) <= journalSkewMs) return master;
  return best?.id;
}

function byOffset(master: string) {
  return (a: Journal & { id: string }, b: Journal & { id: string }): number =>
    b.durableOffset - a.durableOffset || Number(b.id === master) - Number(a.id === master) || a.id.localeCompare(b.id);
}

function nobodyElectable(deployment: Deployment, snapshot: Snapshot): boolean {
  return deployment.redis.every((node) => {
    const facts = valueOf(snapshot.redis[node.id]);
    if (facts === undefined) return snapshot.services[node.id]?.known !== true || valueOf(snapshot.services[node.id])?.state !== 'running';
    return facts.role === 'replica' && facts.link !== 'up' && facts.config['replica-priority'] === '0';
  });
}

const byOperator = 'the operator chose it';

function permit(node: string, reason: string): Step {
  return step('return', { kind: 'permit', node }, reason);
}

function makeElectable(deployment: Deployment, snapshot: Snapshot, chosen: string, reason: string): Step {
  const from = valueOf(snapshot.redis[chosen])?.config['replica-priority'] ?? null;
  const to = deployment.config['replica-priority'] ?? '100';
  return step(
    'return',
    { kind: 'config-set', node: chosen, parameter: 'replica-priority', from, to, persist: true },
    `${reason}; the Sentinels elect it`,
    'role',
  );
}

function refuse(deployment: Deployment, ran: string[], why: string): { steps: Step[]; refused: Refusal[] } {
  const sentence = `everything was down at once and Vigie cannot tell which node holds the most data: ${why}`;
  const next = `look at the data of ${ran.join(', ')}, then: vigie apply --cold-start NODE --confirm ${deployment.name}`;
  return { steps: [], refused: [{ code: 'COLD_START_UNDECIDED', sentence, next }] };
}
