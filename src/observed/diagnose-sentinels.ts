// What is wrong with the Sentinels: could they fail over now, do they agree, and does each of them see what it should.

import { type Deployment, type SentinelNode, majority } from '../desired/deployment.ts';
import { absence } from './absence.ts';
import type { Authority } from './authority.ts';
import type { Diagnosis } from './diagnosis.ts';
import { distinctNamings, listed, nameAt } from './namings.ts';
import { type SentinelFacts, type Snapshot, valueOf } from './snapshot.ts';

// Rules, in the order of the code:
// 1. They name different masters, or the same at different config epochs. An error while that leaves nobody to say who is master.
// 2. Fewer than a majority answer, or those that answer find no quorum (their own words): nobody could fail over.
// 3. Of each: it does not answer; does not watch the master; does not know or reach somebody who answers here; counts somebody who does
//    not exist; is in TILT.
export function sentinelDiagnoses(deployment: Deployment, snapshot: Snapshot, who: Authority): Diagnosis[] {
  if (deployment.sentinels.length === 0) return [];
  return [
    ...disagreement(deployment, snapshot, who),
    ...noQuorum(deployment, snapshot),
    ...deployment.sentinels.flatMap((node) => ofOne(deployment, snapshot, node)),
  ];
}

function disagreement(deployment: Deployment, snapshot: Snapshot, who: Authority): Diagnosis[] {
  const opinions = distinctNamings(deployment, snapshot);
  if (opinions.length < 2) return [];
  const told = opinions.map(({ master, epoch, by }) => `${listed(by)} ${by.length === 1 ? 'names' : 'name'} ${master} (epoch ${epoch})`);
  const sentence = `the Sentinels do not agree on the master: ${told.join('; ')}`;
  return [
    {
      code: 'SENTINELS_DISAGREE',
      severity: who.master === undefined ? 'error' : 'warning',
      sentence,
      next: 'vigie status --watch',
      nodes: opinions.flatMap(({ by }) => by),
    },
  ];
}

function noQuorum(deployment: Deployment, snapshot: Snapshot): Diagnosis[] {
  const asked = deployment.sentinels.filter((node) => isAsked(snapshot, node));
  if (asked.length === 0) return [];
  const answering = asked.filter((node) => snapshot.sentinels[node.id]?.known);
  const needed = Math.max(majority(deployment), deployment.sentinel.quorum);
  const error = (sentence: string, nodes: string[]): Diagnosis[] => [{ code: 'NO_QUORUM', severity: 'error', sentence, next: 'vigie apply', nodes }];
  if (answering.length < needed) {
    const silent = asked.filter((node) => !answering.includes(node)).map((node) => node.id);
    return error(`the Sentinels cannot fail over: ${answering.length} of ${deployment.sentinels.length} answer, ${needed} are needed`, silent);
  }
  const without = answering.filter((node) => {
    const facts = valueOf(snapshot.sentinels[node.id]);
    return facts?.master !== undefined && !facts.quorumCheck.startsWith('OK');
  });
  const [first] = without;
  // One that lost its peers is cut off; the others can still elect.
  if (first === undefined || answering.length - without.length >= needed) return [];
  return error(
    `the Sentinels cannot fail over: ${first.id} says ${valueOf(snapshot.sentinels[first.id])?.quorumCheck}`,
    without.map((node) => node.id),
  );
}

function ofOne(deployment: Deployment, snapshot: Snapshot, node: SentinelNode): Diagnosis[] {
  const facts = valueOf(snapshot.sentinels[node.id]);
  if (facts === undefined) {
    const gone = absence(snapshot, node);
    if (gone === undefined) return [];
    return [
      {
        code: gone.why === 'auth' ? 'AUTH_FAILED' : 'SENTINEL_DOWN',
        severity: 'warning',
        sentence: `${node.id} ${gone.words}`,
        next: gone.next,
        nodes: [node.id],
      },
    ];
  }
  const warning = (code: Diagnosis['code'], sentence: string, next: string): Diagnosis => ({ code, severity: 'warning', sentence, next, nodes: [node.id] });
  const found: Diagnosis[] = [];
  if (facts.master === undefined) found.push(warning('SENTINEL_UNAWARE', `${node.id} does not watch ${deployment.masterName}`, 'vigie apply'));
  else {
    const missing = unseenBy(deployment, snapshot, node, facts);
    if (missing.length > 0) found.push(warning('SENTINEL_UNAWARE', `${node.id} ${missing.join('; ')}`, 'vigie apply'));
    const ghosts = [...facts.peers, ...facts.replicas].map(({ address, port }) => nameAt(deployment, address, port)).filter((name) => name.includes(':'));
    if (ghosts.length > 0) {
      const next = `vigie connect ${node.id} SENTINEL RESET ${deployment.masterName} (read vigie explain SENTINEL_GHOST first)`;
      found.push(warning('SENTINEL_GHOST', `${node.id} counts ${listed(ghosts)}, which ${ghosts.length === 1 ? 'is' : 'are'} not of ${deployment.name}`, next));
    }
  }
  if (facts.tilt) found.push(warning('SENTINEL_TILT', `${node.id} distrusts its clock (TILT) and does not fail over for 30 s`, 'vigie status --watch'));
  return found;
}

/** What this Sentinel does not know, and what it has no link to although it answers us. */
function unseenBy(deployment: Deployment, snapshot: Snapshot, self: SentinelNode, facts: SentinelFacts): string[] {
  const known = [...facts.peers, ...facts.replicas, ...(facts.master ? [facts.master] : [])];
  const unknownOnes: string[] = [];
  const unlinked: string[] = [];
  for (const node of [...deployment.sentinels, ...deployment.redis]) {
    if (node.id === self.id) continue;
    const entry = known.find(({ address, port }) => address === node.address && port === node.port);
    const answersUs = (node.kind === 'redis' ? snapshot.redis[node.id] : snapshot.sentinels[node.id])?.known === true;
    if (entry === undefined) unknownOnes.push(node.id);
    else if (answersUs && entry !== facts.master && entry.flags.some((flag) => flag === 'disconnected' || flag === 's_down')) unlinked.push(node.id);
  }
  return [...(unknownOnes.length > 0 ? [`does not know ${listed(unknownOnes)}`] : []), ...(unlinked.length > 0 ? [`has no link to ${listed(unlinked)}`] : [])];
}

function isAsked(snapshot: Snapshot, node: SentinelNode): boolean {
  const seen = snapshot.sentinels[node.id];
  return seen !== undefined && (seen.known || seen.why !== 'not-asked');
}
