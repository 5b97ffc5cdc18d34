// What is wrong with the Redis nodes besides the master: why one does not answer, and what its link to the master says.

import type { Deployment, RedisNode } from '../desired/deployment.ts';
import { absence } from './absence.ts';
import type { Authority } from './authority.ts';
import type { Diagnosis } from './diagnosis.ts';
import { diskError } from './diagnose-master.ts';
import { nameAt } from './namings.ts';
import { type RedisFacts, type Snapshot, valueOf } from './snapshot.ts';

/** Seconds without an acknowledgement after which the status says so; replicas acknowledge each second. */
const lagLimitSeconds = 10;

// Rules, in the order of the code; the first that fits a node is said, but priority and disk are said of every replica:
// 1. Its login is refused; it loads; its gate holds it back (in the gate's own words). These are said of the master too.
// 2. It does not answer (of the master that is said elsewhere).
// 3. As a replica: it follows somebody else than the master; copies the data; has no link; lags.
// 4. Its replica-priority is not the one asked for. A node without a link is left alone: its gate holds it at 0 until it is in sync.
// 5. It could not save: as master it would refuse writes.
export function redisDiagnoses(deployment: Deployment, snapshot: Snapshot, who: Authority): Diagnosis[] {
  return deployment.redis.flatMap((node) => {
    const facts = valueOf(snapshot.redis[node.id]);
    return facts === undefined ? notSeen(snapshot, node, who) : seen(deployment, snapshot, node, facts, who);
  });
}

function notSeen(snapshot: Snapshot, node: RedisNode, who: Authority): Diagnosis[] {
  const gone = absence(snapshot, node);
  if (gone === undefined) return [];
  const isMaster = node.id === who.master;
  const severity = isMaster ? 'error' : 'warning';
  const service = valueOf(snapshot.services[node.id]);
  if (gone.why === 'auth') return [{ code: 'AUTH_FAILED', severity: 'error', sentence: `${node.id} ${gone.words}`, next: gone.next, nodes: [node.id] }];
  if (gone.why === 'loading') return [{ code: 'NODE_LOADING', severity, sentence: `${node.id} ${gone.words}`, next: gone.next, nodes: [node.id] }];
  if (service?.state === 'waiting') return [{ code: 'GATE_WAITING', severity: 'warning', ...gateSays(node.id, service.gateSaid), nodes: [node.id] }];
  return isMaster ? [] : [{ code: 'REPLICA_DOWN', severity: 'warning', sentence: `${node.id} ${gone.words}`, next: gone.next, nodes: [node.id] }];
}

/** The gate ends what it says with the command to type, after `Next:` or `If they do not:` (render/gate-program.ts). */
function gateSays(id: string, said: string | undefined): { sentence: string; next: string } {
  const [, what = '', next = 'vigie apply'] = /^(?:Waits: )?(.*?)\.?(?: (?:Next|If they do not): (.*))?$/.exec(said ?? '') ?? [];
  return { sentence: `the boot gate of ${id} waits${what === '' ? '' : `: ${what}`}`, next };
}

function seen(deployment: Deployment, snapshot: Snapshot, node: RedisNode, facts: RedisFacts, who: Authority): Diagnosis[] {
  const warning = (code: Diagnosis['code'], sentence: string, next: string): Diagnosis => ({ code, severity: 'warning', sentence, next, nodes: [node.id] });
  const found: Diagnosis[] = [];
  if (facts.role === 'replica') {
    const master = deployment.redis.find((candidate) => candidate.id === who.master);
    const followed = facts.master === undefined ? 'nobody' : nameAt(deployment, facts.master.address, facts.master.port);
    const lag = lagOf(node, valueOf(snapshot.redis[followed]));
    if (master && node.id !== master.id && followed !== master.id) {
      found.push(warning('WRONG_MASTER', `${node.id} follows ${followed}, but ${master.id} is the master`, 'vigie apply'));
    } else if (facts.link === 'syncing') found.push(warning('REPLICA_SYNCING', `${node.id} copies the data of ${followed}`, 'vigie status --watch'));
    else if (facts.link !== 'up') found.push(...noLink(snapshot, node, facts, followed));
    else if (lag !== undefined && lag > lagLimitSeconds)
      found.push(warning('REPLICA_LAGGING', `${node.id} has acknowledged nothing to ${followed} for ${lag} s`, `vigie logs ${node.id}`));
  }
  const asked = deployment.config['replica-priority'];
  const priority = facts.config['replica-priority'];
  if (asked !== undefined && priority !== undefined && priority !== asked && (facts.role === 'master' || facts.link === 'up')) {
    const never = priority === '0' ? ', so it can never be promoted' : '';
    found.push(warning('LOW_PRIORITY', `${node.id} has replica-priority ${priority}, not ${asked}${never}`, 'vigie apply'));
  }
  const disk = diskError(facts);
  if (disk !== undefined && node.id !== who.master)
    found.push(warning('MISCONF', `${node.id}: ${disk}`, `make room on its disk; vigie logs ${node.id} says what failed`));
  return found;
}

/** A link that is down because the master is down needs no second diagnosis. */
function noLink(snapshot: Snapshot, node: RedisNode, facts: RedisFacts, followed: string): Diagnosis[] {
  if (snapshot.redis[followed]?.known === false) return [];
  const since = facts.linkDownSeconds === undefined ? '' : ` for ${facts.linkDownSeconds} s`;
  const sentence = `${node.id} has no link to ${followed}${since}${facts.link === 'connecting' ? '; it is connecting' : ''}`;
  return [{ code: 'REPLICA_LINK_DOWN', severity: 'warning', sentence, next: `vigie logs ${node.id}`, nodes: [node.id] }];
}

/** Seconds since the master heard this replica acknowledge, where the master says so. */
function lagOf(node: RedisNode, master: RedisFacts | undefined): number | undefined {
  return master?.replicas.find(({ address, port }) => address === node.address && port === node.port)?.lagSeconds;
}
