// Why a node does not answer, in words: what its connection said, made precise by what its machine knows of the process.

import type { Node } from '../desired/deployment.ts';
import { type Seen, type Snapshot, valueOf } from './snapshot.ts';

export interface Absence {
  /** Follows the id of the node: `redis-1 does not run: its process was killed`. */
  words: string;
  /** It does not run or refuses connections. Otherwise (silence, a refused login) it may well live. */
  certain: boolean;
  why: Extract<Seen<unknown>, { known: false }>['why'];
  next: string;
}

/** Undefined when the node answered, or was not asked. */
export function absence(snapshot: Snapshot, node: Node): Absence | undefined {
  const seen: Seen<unknown> | undefined = snapshot[placeOf[node.kind]][node.id];
  if (seen === undefined || seen.known || seen.why === 'not-asked') return undefined;
  const service = valueOf(snapshot.services[node.id]);
  const certainly = (words: string): Absence => ({ words, certain: true, why: seen.why, next: 'vigie apply' });
  const perhaps = (words: string, next: string): Absence => ({ words, certain: false, why: seen.why, next });
  switch (seen.why) {
    case 'auth':
      return perhaps('answers, but not to the passwords that are here', 'bring the credentials of the deployment that runs there ($VIGIE_HOME)');
    case 'loading':
      return perhaps(`is up but not ready: ${seen.detail}`, 'vigie status --watch');
    default:
      if (service?.state === 'absent') return certainly('was never started here');
      if (service?.state === 'stopped') return certainly(service.cleanStop ? 'does not run' : 'does not run: its process was killed, or the machine went down');
      if (service?.state === 'waiting') return certainly('waits in its boot gate');
      if (seen.why === 'refused')
        return service?.state === 'running'
          ? perhaps('runs but does not listen yet', `vigie logs ${node.id}`)
          : certainly('refuses connections: no process listens there');
      if (seen.why === 'timeout')
        return perhaps(`is silent (${seen.detail})${service?.state === 'running' ? ' though its process runs' : ''}`, `vigie logs ${node.id}`);
      return perhaps(`could not be asked (${seen.detail})`, `vigie logs ${node.id}`);
  }
}

const placeOf = { redis: 'redis', sentinel: 'sentinels', proxy: 'proxies' } as const;
