// What one machine is asked: one program for the machine itself and every service on it.

import { createHash } from 'node:crypto';
import { type Node, allNodes } from '../desired/deployment.ts';
import { filesOf } from '../desired/paths.ts';
import { parseMachine, withHolders, type ParsedMachine } from '../observed/parse-machine.ts';
import { type RawServiceFacts, parseServiceFacts } from '../observed/service-facts.ts';
import { type MachineFacts, type Seen, type ServiceFacts, known, unknown } from '../observed/snapshot.ts';
import { renderNode } from '../render/node.ts';
import { serviceOf } from '../render/service.ts';
import { fill } from '../shared/template.ts';
import type { Machine } from '../target/target.ts';
import type { LookContext } from './look-node.ts';
import { NotSeen } from './look.ts';
import { holdersProgram, machineProgram, portsOf } from './machine-facts.ts';

export interface MachineLook {
  facts: MachineFacts;
  services: Record<string, Seen<ServiceFacts>>;
}

export async function lookAtMachine(context: LookContext, machine: Machine): Promise<MachineLook> {
  const { deployment, target, look } = context;
  const nodes = allNodes(deployment).filter((node) => target.machineOf(node).id === machine.id);
  const ports = [...nodes.flatMap(portsOf), ...nextBases(deployment)];
  const fragments = nodes.map((node) => ({ id: node.id, fragment: machine.runtime.facts(serviceOf(deployment, node, machine.dirOf(node.id))) }));
  const result = await machine.transport.run(machineProgram(ports, fragments), { timeoutMs: look.remainingMs() });
  if (result.exitCode === 124) throw new NotSeen('timeout', result.stderr.trim());
  const parsed = parseMachine(result.stdout, ports);
  if (result.exitCode !== 0) throw new NotSeen('failed', `exit code ${result.exitCode}: ${result.stderr.trim()}`);
  const raw = parseServiceFacts(result.stdout);
  const services = Object.fromEntries(nodes.map((node) => [node.id, serviceSeen(context, machine, node, parsed, raw[node.id])]));
  return { facts: await nameStrangers(context, machine, nodes, parsed, services), services };
}

function serviceSeen(context: LookContext, machine: Machine, node: Node, parsed: ParsedMachine, raw: RawServiceFacts | undefined): Seen<ServiceFacts> {
  const source = `${machine.runtime.kind} runtime on ${machine.id}`;
  const end = parsed.ended[node.id];
  if (!end || !raw || end.exitCode !== 0) return unknown('failed', end?.said || 'the facts program said nothing of it', source, Date.now());
  const expected = expectedHashes(context, machine, node);
  const files: ServiceFacts['files'] = {};
  for (const path of filesOf(node)) {
    const file = raw.files[path];
    const wanted = expected[path];
    files[path] = { present: file !== undefined, ...(file && wanted !== undefined ? { matches: file.sha256 === wanted } : {}) };
  }
  return known({ ...raw, files }, source, Date.now());
}

/** SHA-256 of each file that is ours alone, as it should be. A file whose password is not here cannot be judged and is left out. */
function expectedHashes({ deployment, secrets }: LookContext, machine: Machine, node: Node): Record<string, string> {
  const expected: Record<string, string> = {};
  for (const file of renderNode(deployment, node, machine.dirOf(node.id))) {
    const isHere = [...file.text.matchAll(/\{\{(?:secret|sha256):([a-z0-9-]+)\}\}/g)].every(([, user = '']) => secrets.lookup(user));
    if (file.ownership === 'owned' && isHere) expected[file.path] = createHash('sha256').update(fill(file.text, secrets)).digest('hex');
  }
  return expected;
}

/** Names the holders of ports on which somebody else than our own running service may listen. */
async function nameStrangers(
  { look }: LookContext,
  machine: Machine,
  nodes: Node[],
  parsed: ParsedMachine,
  services: Record<string, Seen<ServiceFacts>>,
): Promise<MachineFacts> {
  const ours = new Set(nodes.filter((node) => isRunning(services[node.id])).flatMap(portsOf));
  // Where the lookout will answer: nothing of ours listens there yet.
  for (const node of nodes) if (node.kind === 'proxy') ours.delete(node.healthPort);
  const needed = new Set(nodes.flatMap(portsOf));
  const strange = parsed.inodes.filter(({ port }) => needed.has(port) && !ours.has(port)).map(({ inode }) => inode);
  if (strange.length === 0) return parsed.facts;
  const result = await machine.transport.run(holdersProgram(strange), { timeoutMs: look.remainingMs() });
  return withHolders(parsed, result.stdout);
}

/** The hundreds after a local deployment's own: when its base is taken, the next free one is named. */
function nextBases({ portBase }: LookContext['deployment']): number[] {
  return portBase === undefined ? [] : Array.from({ length: 900 }, (_, index) => portBase + 100 + index).filter((port) => port < 65_536);
}

function isRunning(seen: Seen<ServiceFacts> | undefined): boolean {
  return seen?.known === true && seen.value.state === 'running';
}
