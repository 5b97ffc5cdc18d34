// Who has to be started, and how: the first start of a deployment, the return of what has run before, and newcomers.
//
// Rules, in the code's order:
// 1. A deployment that never ran: the initial master, then its replicas, Sentinels, proxies; each Redis node with a one-time permit for its boot gate.
//    Its first sync need not wait: repl-diskless-sync-delay is 0 for that moment, and 5 again afterwards (PROTOCOL 7: no data yet).
// 2. What has run before returns together, Sentinels and Redis in one stage, because every boot gate asks the Sentinels.
// 3. A Redis node that never ran, in a deployment that has, starts after the others: it must not be taken for a fuller node's heir.

import { type Deployment, type Node, allNodes } from '../desired/deployment.ts';
import { filesOf } from '../desired/paths.ts';
import { type Snapshot, valueOf } from '../observed/snapshot.ts';
import { type PlanContext, hasRun, initialMaster } from './context.ts';
import { step } from './describe.ts';
import type { Stage, Step } from './step.ts';

export function installSteps(deployment: Deployment, snapshot: Snapshot, context: PlanContext): Step[] {
  const steps: Step[] = [];
  for (const machine of new Set(allNodes(deployment).map((node) => context.machineOf[node.id]))) {
    if (machine === undefined) continue;
    const facts = valueOf(snapshot.machines[machine]);
    const packages = facts ? context.packagesFor(facts) : [];
    if (packages.length > 0) steps.push(step('packages', { kind: 'install', machine, packages }, 'the programs are not on this machine'));
  }
  return steps;
}

export function freshSteps(deployment: Deployment, snapshot: Snapshot): Step[] {
  const master = initialMaster(deployment);
  const replicas = deployment.redis.filter((node) => node.id !== master.id);
  const delay = deployment.config['repl-diskless-sync-delay'] ?? '5';
  const hurry = replicas.length > 0 && delay !== '0';
  const parameter = 'repl-diskless-sync-delay';
  const steps: Step[] = [];
  for (const node of allNodes(deployment)) steps.push(...writeAll(node, snapshot));
  steps.push(step('master', { kind: 'permit', node: master.id }, 'the deployment never ran; this node begins as master', 'none'));
  steps.push(start(master, 'master', 'the deployment never ran'));
  if (hurry) {
    const why = 'a first sync need not wait: there is no data yet that the delay could protect';
    steps.push(step('master', { kind: 'config-set', node: master.id, parameter, from: delay, to: '0', persist: false }, why));
  }
  for (const node of replicas) {
    steps.push(step('replicas', { kind: 'permit', node: node.id }, 'there is no data yet that it could be behind of', 'none'));
    steps.push(start(node, 'replicas', `it follows ${master.id} from the start`));
  }
  if (hurry) {
    const why = 'from now on the delay protects the replicas from a master that restarts empty';
    steps.push(step('sentinels', { kind: 'config-set', node: master.id, parameter, from: '0', to: delay, persist: false }, why));
  }
  for (const node of deployment.sentinels) {
    steps.push(start(node, 'sentinels', 'it watches the master from now on'));
    if (deployment.sentinels.length > 1) {
      steps.push(
        pingPeriod(node.id, 'sentinels', usualPingMs, hurriedPingMs, 'so that it finds its peers at once: a Sentinel dials again only once a ping period'),
      );
      steps.push(pingPeriod(node.id, 'proxies', hurriedPingMs, usualPingMs, 'it has found them'));
    }
  }
  for (const node of deployment.proxies) {
    steps.push(start(node, 'proxies', 'clients connect to it'));
    steps.push(step('proxies', { kind: 'write-route', node: node.id, to: master.id }, 'every route is closed when HAProxy starts'));
    if (replicas.length > 0)
      steps.push(
        step('proxies', { kind: 'read-route', node: node.id, to: replicas.map((replica) => replica.id) }, 'every route is closed when HAProxy starts'),
      );
    else steps.push(step('proxies', { kind: 'read-route', node: node.id, to: [master.id] }, 'there is no replica to read from'));
  }
  return steps;
}

export function startSteps(deployment: Deployment, snapshot: Snapshot): Step[] {
  const steps: Step[] = [];
  for (const node of allNodes(deployment)) {
    const service = valueOf(snapshot.services[node.id]);
    if (service === undefined || service.state === 'running' || service.state === 'waiting') continue;
    steps.push(start(node, returnStage(node, snapshot), service.state === 'absent' ? 'it never ran' : 'it does not run'));
  }
  return steps;
}

/** `ping-period` must be at least 250 ms while a failover may happen (FACTS 1.6a), so the hurry lasts for the stage only. */
export const usualPingMs = 1000;
const hurriedPingMs = 100;

export function pingPeriod(node: string, stage: Stage, fromMs: number, toMs: number, reason: string): Step {
  return step(stage, { kind: 'sentinel-debug', node, option: 'ping-period', fromMs, toMs }, reason);
}

/** The files of a node that are absent, and those of ours that differ. */
export function writeAll(node: Node, snapshot: Snapshot, reason = 'they are not there yet'): Step[] {
  const facts = valueOf(snapshot.services[node.id]);
  const files = filesOf(node).filter((file) => {
    const seen = facts?.files[file];
    return seen === undefined || !seen.present || seen.matches === false;
  });
  return files.length > 0 ? [step('files', { kind: 'write-files', node: node.id, files }, reason)] : [];
}

function returnStage(node: Node, snapshot: Snapshot): Stage {
  switch (node.kind) {
    case 'redis':
      return hasRun(snapshot, node.id) ? 'return' : 'replicas';
    case 'sentinel':
      return valueOf(snapshot.services[node.id])?.started ? 'return' : 'sentinels';
    case 'proxy':
      return 'proxies';
  }
}

function start(node: Node, stage: Stage, reason: string): Step {
  return step(stage, { kind: 'start', node: node.id }, reason);
}
