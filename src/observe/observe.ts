// One look at a deployment: asks every machine and every node at once. What does not answer in time is unknown, and says why;
// it neither fails nor delays the rest.

import { type Deployment, allNodes } from '../desired/deployment.ts';
import { type Seen, type Snapshot, unknown } from '../observed/snapshot.ts';
import type { SecretValues } from '../shared/template.ts';
import type { Target } from '../target/target.ts';
import { Look } from './look.ts';
import { lookAtMachine } from './look-machine.ts';
import { lookAtProxy, lookAtRedis, lookAtSentinel } from './look-node.ts';

/** `machines` brings the facts of the services too. */
export type Part = 'machines' | 'redis' | 'sentinels' | 'proxies';

export interface ObserveOptions {
  /** For the whole look; 1500 by default. */
  deadlineMs?: number;
  /** Everything by default; the rest is unknown as `not-asked`. */
  parts?: Part[];
}

/** Never rejects because of what it looks at. */
export async function observe(deployment: Deployment, target: Target, secrets: SecretValues, options: ObserveOptions = {}): Promise<Snapshot> {
  const { deadlineMs = 1500, parts = ['machines', 'redis', 'sentinels', 'proxies'] } = options;
  const look = new Look(deadlineMs);
  const context = { deployment, target, secrets, deadlineMs, look };
  const asked = <T>(part: Part, source: string, ask: () => Promise<T>): Promise<Seen<T>> =>
    parts.includes(part) ? look.see(source, ask) : Promise.resolve(unknown('not-asked', 'it was not asked', source, look.startedMs));

  const [machines, redis, sentinels, proxies] = await Promise.all([
    byId(target.machines, (machine) => asked('machines', `facts program on ${machine.id}`, () => lookAtMachine(context, machine))),
    byId(deployment.redis, (node) => asked('redis', `INFO, ROLE, CONFIG GET and ACL LIST of ${node.id}`, () => lookAtRedis(context, node))),
    byId(deployment.sentinels, (node) => asked('sentinels', `SENTINEL and INFO of ${node.id}`, () => lookAtSentinel(context, node))),
    byId(deployment.proxies, (node) => asked('proxies', `runtime socket of ${node.id}`, () => lookAtProxy(context, node))),
  ]);
  look.end();

  const services: Snapshot['services'] = {};
  for (const node of allNodes(deployment)) {
    const machine = machines[target.machineOf(node).id] as (typeof machines)[string];
    services[node.id] = machine.known ? (machine.value.services[node.id] as Snapshot['services'][string]) : machine;
  }
  return {
    atMs: look.startedMs,
    machines: Object.fromEntries(Object.entries(machines).map(([id, seen]) => [id, seen.known ? { ...seen, value: seen.value.facts } : seen])),
    services,
    redis,
    sentinels,
    proxies,
  };
}

async function byId<N extends { id: string }, T>(all: N[], ask: (one: N) => Promise<T>): Promise<Record<string, T>> {
  return Object.fromEntries(await Promise.all(all.map(async (one) => [one.id, await ask(one)] as const)));
}
