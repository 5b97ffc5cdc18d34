// What is wrong, by name, from one look: each diagnosis says what was seen and what to type next. Nothing is wrong: nothing is said.

import { type Deployment, allNodes } from '../desired/deployment.ts';
import { absence } from './absence.ts';
import { type Authority, authority, nothingEverRan } from './authority.ts';
import { masterDiagnoses } from './diagnose-master.ts';
import { proxyDiagnoses } from './diagnose-proxies.ts';
import { redisDiagnoses } from './diagnose-redis.ts';
import { sentinelDiagnoses } from './diagnose-sentinels.ts';
import type { Diagnosis } from './diagnosis.ts';
import { type Snapshot, valueOf } from './snapshot.ts';

// Rules, in the order of the code. Errors are listed before warnings; otherwise the order stays.
//  1. Nothing of the deployment runs: that alone is said (NOT_RUNNING).
//  2. The master (diagnose-master.ts): several, dead, unreachable, unknown, suspected, refusing writes.
//  3. The Sentinels (diagnose-sentinels.ts): whether they could fail over comes before how each of them fares.
//  4. The other Redis nodes (diagnose-redis.ts): why one is not there, then what its link says.
//  5. The proxies (diagnose-proxies.ts): judged against the authority; where nobody knows the master, only several open routes are wrong.
//  6. A node that was not asked is not diagnosed; a machine that could not be looked at is said last.
export function diagnose(deployment: Deployment, snapshot: Snapshot, who: Authority = authority(deployment, snapshot)): Diagnosis[] {
  const idle = notRunning(deployment, snapshot);
  if (idle) return [idle];
  const found = [
    ...masterDiagnoses(deployment, snapshot, who),
    ...sentinelDiagnoses(deployment, snapshot, who),
    ...redisDiagnoses(deployment, snapshot, who),
    ...proxyDiagnoses(deployment, snapshot, who),
    ...machineDiagnoses(snapshot),
  ];
  return [...found.filter((diagnosis) => diagnosis.severity === 'error'), ...found.filter((diagnosis) => diagnosis.severity === 'warning')];
}

function notRunning(deployment: Deployment, snapshot: Snapshot): Diagnosis | undefined {
  const gone = allNodes(deployment).every((node) => absence(snapshot, node)?.certain === true && valueOf(snapshot.services[node.id])?.state !== 'waiting');
  if (!gone) return undefined;
  const never = nothingEverRan(deployment, snapshot);
  const next = deployment.source.kind === 'embedded' ? 'vigie up' : 'vigie apply';
  const sentence = never ? `nothing of ${deployment.name} runs; it was never started here` : `nothing of ${deployment.name} runs; its data is where it was`;
  return { code: 'NOT_RUNNING', severity: 'error', sentence, next, nodes: allNodes(deployment).map((node) => node.id) };
}

function machineDiagnoses(snapshot: Snapshot): Diagnosis[] {
  return Object.entries(snapshot.machines).flatMap(([id, seen]): Diagnosis[] => {
    if (seen.known || seen.why === 'not-asked') return [];
    return [
      {
        code: 'MACHINE_UNSEEN',
        severity: 'warning',
        sentence: `which processes run on ${id} could not be seen: ${seen.detail}`,
        next: 'vigie status',
        nodes: [],
      },
    ];
  });
}
