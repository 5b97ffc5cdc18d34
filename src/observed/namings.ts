// Whom the Sentinels name as master, and how a look names a node: the words that diagnoses and the status share.

import type { Deployment } from '../desired/deployment.ts';
import { type Snapshot, valueOf } from './snapshot.ts';

/** Who is named as master, at which epoch, by whom; one entry for each different opinion, the highest epoch first. */
export function distinctNamings(deployment: Deployment, snapshot: Snapshot): { master: string; epoch: number; by: string[] }[] {
  const opinions = new Map<string, { master: string; epoch: number; by: string[] }>();
  for (const node of deployment.sentinels) {
    const named = valueOf(snapshot.sentinels[node.id])?.master;
    if (!named) continue;
    const master = nameAt(deployment, named.address, named.port);
    const key = `${master}@${named.configEpoch}`;
    const opinion = opinions.get(key) ?? { master, epoch: named.configEpoch, by: [] };
    opinion.by.push(node.id);
    opinions.set(key, opinion);
  }
  return [...opinions.values()].sort((a, b) => b.epoch - a.epoch);
}

/** The id of our node at that address, or the address. */
export function nameAt(deployment: Deployment, address: string, port: number): string {
  const nodes = [...deployment.redis, ...deployment.sentinels];
  return nodes.find((node) => node.address === address && node.port === port)?.id ?? `${address}:${port}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
