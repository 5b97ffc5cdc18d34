// Which ports the nodes of a local deployment get: all within a hundred from a base, the same ones at every run.

import { type Deployment, allNodes } from './deployment.ts';
import type { Role } from './nodes.ts';

export const defaultPortBase = 6400;

/** What the state folder remembers of an applied local deployment. Ports by node id, for a proxy write, read, stats and health. */
export interface Recorded {
  portBase?: number;
  ports: Record<string, number[]>;
}

/** What is to be remembered of a deployment, so that its nodes keep their ports whatever is added or moved in the list. */
export function recordedOf(deployment: Deployment): Recorded {
  const ports = allNodes(deployment).map(
    (node) => [node.id, node.kind === 'proxy' ? [node.port, node.readPort, node.statsPort, node.healthPort] : [node.port]] as const,
  );
  return { ...(deployment.portBase === undefined ? {} : { portBase: deployment.portBase }), ports: Object.fromEntries(ports) };
}

/** Offsets from the base. The rest of the hundred, +50 to +99, is kept for bus ports of a cluster. */
export const localRoom: Record<Role, { first: number; each: number; most: number }> = {
  proxy: { first: 0, each: 4, most: 2 },
  redis: { first: 10, each: 1, most: 20 },
  sentinel: { first: 30, each: 1, most: 20 },
};

/** Ports by node id. Recorded ones stay; new nodes take the lowest free ones in the natural order of their ids, so the order in
 *  which a topology lists them never matters. Undefined for a node for which there is no room. */
export function localPorts(nodes: { role: Role; id: string }[], base: number, recorded?: Recorded): Map<string, number[] | undefined> {
  const kept = recorded && (recorded.portBase === undefined || recorded.portBase === base) ? recorded.ports : {};
  // Also those of nodes that left: their directories may still be there.
  const taken = new Set(Object.values(kept).flat());
  const result = new Map<string, number[] | undefined>();
  for (const { role, id } of nodes.toSorted((a, b) => naturally(a.id, b.id))) {
    const room = localRoom[role];
    const before = Object.hasOwn(kept, id) && kept[id]?.length === room.each ? kept[id] : undefined;
    const starts = Array.from({ length: room.most }, (_, index) => base + room.first + index * room.each);
    const start = starts.find((port) => blockFrom(port, room.each).every((one) => !taken.has(one)));
    const ports = before ?? (start === undefined ? undefined : blockFrom(start, room.each));
    for (const port of ports ?? []) taken.add(port);
    result.set(id, ports);
  }
  return result;
}

function blockFrom(start: number, length: number): number[] {
  return Array.from({ length }, (_, index) => start + index);
}

/** redis-2 before redis-10, in every locale. */
function naturally(a: string, b: string): number {
  const pad = (text: string) => text.replaceAll(/\d+/g, (digits) => digits.padStart(20, '0'));
  const [left, right] = [pad(a), pad(b)];
  return left < right ? -1 : left > right ? 1 : a < b ? -1 : 1;
}
