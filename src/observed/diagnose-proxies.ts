// What is wrong with the proxies: does each answer, and do its routes lead where they should.

import type { Deployment, ProxyNode } from '../desired/deployment.ts';
import { absence } from './absence.ts';
import type { Authority } from './authority.ts';
import type { Diagnosis } from './diagnosis.ts';
import { listed } from './namings.ts';
import { openOf, readersOf, writeStateOf } from './routes.ts';
import { type ProxyFacts, type Snapshot, valueOf } from './snapshot.ts';

// Rules, in the order of the code:
// 1. It does not answer: nothing is known of its routes.
// 2. Writes: several open routes are wrong whoever is master; one is wrong when it leads to another node than the authority names. None is
//    said with what clients meet: they wait, or are ended.
// 3. Reads: none open; or, while the master answers, others than the replicas in sync.
export function proxyDiagnoses(deployment: Deployment, snapshot: Snapshot, who: Authority): Diagnosis[] {
  return deployment.proxies.flatMap((node): Diagnosis[] => {
    const facts = valueOf(snapshot.proxies[node.id]);
    if (facts) return [...writeRoute(node, facts, who), ...readRoute(deployment, snapshot, node, facts, who)];
    const gone = absence(snapshot, node);
    return gone ? [{ code: 'PROXY_DOWN', severity: 'error', sentence: `${node.id} ${gone.words}`, next: gone.next, nodes: [node.id] }] : [];
  });
}

function writeRoute(node: ProxyNode, facts: ProxyFacts, who: Authority): Diagnosis[] {
  const error = (code: Diagnosis['code'], sentence: string, next = 'vigie apply'): Diagnosis[] => [
    { code, severity: 'error', sentence, next, nodes: [node.id] },
  ];
  const open = openOf(facts, 'write');
  if (open.length > 1) return error('WRITE_ROUTE_WRONG', `${node.id} sends writes to ${listed(open)} at once`);
  const [to] = open;
  if (to === undefined) {
    const waits = writeStateOf(facts) === 'holding';
    return error(
      'WRITE_ROUTE_CLOSED',
      waits ? `the write route of ${node.id} is holding: new connections wait` : `the write route of ${node.id} is closed: it takes no writes`,
    );
  }
  if (who.master === undefined || to === who.master) return [];
  return error('WRITE_ROUTE_WRONG', `${node.id} sends writes to ${to}, but ${who.master} is the master`);
}

function readRoute(deployment: Deployment, snapshot: Snapshot, node: ProxyNode, facts: ProxyFacts, who: Authority): Diagnosis[] {
  const open = openOf(facts, 'read');
  if (open.length === 0)
    return [
      {
        code: 'READ_ROUTE_EMPTY',
        severity: 'error',
        sentence: `the read route of ${node.id} is closed: it takes no reads`,
        next: 'vigie apply',
        nodes: [node.id],
      },
    ];
  if (who.master === undefined || valueOf(snapshot.redis[who.master])?.role !== 'master') return [];
  const wanted = readersOf(deployment, snapshot, who.master);
  // HAProxy itself leaves a server out that does not answer; that the node is down is said of the node.
  const wrong = open.filter((id) => !wanted.includes(id) && snapshot.redis[id]?.known === true);
  const left = wanted.filter((id) => !open.includes(id));
  if (wrong.length === 0 && left.length === 0) return [];
  const parts = [
    ...(wrong.length > 0 ? [`sends reads to ${listed(wrong.map((id) => (id === who.master ? `${id}, the master` : `${id}, which is not in sync`)))}`] : []),
    ...(left.length > 0 ? [`sends none to ${listed(left)}`] : []),
  ];
  return [{ code: 'READ_ROUTE_WRONG', severity: 'warning', sentence: `${node.id} ${parts.join(' and ')}`, next: 'vigie apply', nodes: [node.id] }];
}
