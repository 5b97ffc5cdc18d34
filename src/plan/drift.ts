// What differs from what was asked on nodes that live: configuration, users, whom they follow, what the Sentinels hold. Compared
// with what the servers answer, never with file text; changed through commands, and the server persists it (law 1).

import { type Deployment, allNodes } from '../desired/deployment.ts';
import { rulesFor, usersOn } from '../desired/users.ts';
import type { Authority } from '../observed/authority.ts';
import { type RedisFacts, type Snapshot, valueOf } from '../observed/snapshot.ts';
import { step } from './describe.ts';
import { needsRestart } from './immutable.ts';
import { pingPeriod, usualPingMs, writeAll } from './start.ts';
import type { Refusal, Stage, Step } from './step.ts';

/** Files that are not there; files of ours that differ. A changed haproxy.cfg needs a restart of that proxy; the gate is read at the next start. */
export function fileSteps(deployment: Deployment, snapshot: Snapshot): Step[] {
  return allNodes(deployment).flatMap((node) => {
    const present = Object.values(valueOf(snapshot.services[node.id])?.files ?? {}).some((file) => file.present);
    const steps = writeAll(node, snapshot, present ? 'what is there is not what was asked' : 'they are not there yet');
    const runs = valueOf(snapshot.services[node.id])?.state === 'running';
    if (node.kind === 'proxy' && runs && steps.length > 0)
      steps.push(step('proxies', { kind: 'restart', node: node.id }, 'its configuration changed; its clients are cut off for that moment'));
    return steps;
  });
}

/** CONFIG SET where Redis can; a replica restarts where it cannot; a master is refused until there is a planned switchover. */
export function configSteps(deployment: Deployment, snapshot: Snapshot, who: Authority, refused: Refusal[]): Step[] {
  const steps: Step[] = [];
  for (const node of deployment.redis) {
    const facts = valueOf(snapshot.redis[node.id]);
    if (facts === undefined) continue;
    for (const [parameter, to] of Object.entries(deployment.config)) {
      const from = facts.config[parameter] ?? null;
      if (from === to) continue;
      // The boot gate holds an unsynced replica at priority 0 and gives it back itself (PROTOCOL 6).
      if (parameter === 'replica-priority' && facts.role === 'replica' && facts.link !== 'up') continue;
      if (from === null) refused.push(unknownParameter(node.id, parameter, facts.engine, facts.version));
      else if (needsRestart(parameter)) refused.push(needsRestartRefusal(node.id, parameter, from, to, node.id === who.master));
      else steps.push(configStep(stageOf(node.id, who), node.id, parameter, from, to, facts));
    }
  }
  return steps;
}

function configStep(stage: Stage, node: string, parameter: string, from: string, to: string, facts: RedisFacts): Step {
  const body = { kind: 'config-set', node, parameter, from, to, persist: true } as const;
  const evicts = parameter === 'maxmemory' && to !== '0' && Number(to) < facts.usedMemoryBytes && facts.config['maxmemory-policy'] !== 'noeviction';
  if (evicts) return step(stage, body, `the topology says so; ${facts.usedMemoryBytes} bytes are in use, so keys will be evicted at once`, 'data');
  if (parameter === 'appendonly' && to === 'no') return step(stage, body, 'the topology says so; its data is saved as an RDB first');
  return step(stage, body, 'the topology says so');
}

export function aclSteps(deployment: Deployment, snapshot: Snapshot, notes: string[]): Step[] {
  const steps: Step[] = [];
  const places = [
    { where: 'data', nodes: deployment.redis, seen: snapshot.redis },
    { where: 'sentinel', nodes: deployment.sentinels, seen: snapshot.sentinels },
  ] as const;
  for (const { where, nodes, seen } of places) {
    for (const node of nodes) {
      const facts = valueOf<{ acl: Record<string, string> }>(seen[node.id]);
      if (facts === undefined) continue;
      for (const user of usersOn(where)) {
        if (facts.acl[user] === rulesFor(user, where)) continue;
        const reason = facts.acl[user] === undefined ? 'the user is not there' : 'its rights or its password differ';
        steps.push(step(where === 'data' ? 'return' : 'sentinels', { kind: 'acl-set', node: node.id, user }, reason));
      }
      const foreign = Object.keys(facts.acl).filter((user) => !(usersOn(where) as readonly string[]).includes(user));
      if (foreign.length > 0) notes.push(`${node.id} has users that Vigie did not make: ${foreign.join(', ')}; they are left alone`);
    }
  }
  return steps;
}

/** Replicas of the wrong master, and masters that the authority does not name (an old one that came back raw). */
export function followSteps(deployment: Deployment, snapshot: Snapshot, who: Authority): Step[] {
  const master = deployment.redis.find((node) => node.id === who.master);
  if (master === undefined || valueOf(snapshot.redis[master.id])?.role !== 'master') return [];
  return deployment.redis.flatMap((node) => {
    const facts = valueOf(snapshot.redis[node.id]);
    if (facts === undefined || node.id === master.id) return [];
    if (facts.role === 'replica' && facts.master?.address === master.address && facts.master.port === master.port) return [];
    const reason = facts.role === 'master' ? `it says master, but ${master.id} is` : 'it follows another one';
    return [step('replicas', { kind: 'follow', node: node.id, master: master.id }, reason)];
  });
}

export function sentinelSteps(deployment: Deployment, snapshot: Snapshot, who: Authority): Step[] {
  const steps: Step[] = [];
  const wanted = {
    quorum: deployment.sentinel.quorum,
    'down-after-milliseconds': deployment.sentinel.downAfterMs,
    'failover-timeout': deployment.sentinel.failoverTimeoutMs,
    'parallel-syncs': deployment.sentinel.parallelSyncs,
  };
  for (const node of deployment.sentinels) {
    const facts = valueOf(snapshot.sentinels[node.id]);
    if (facts === undefined) continue;
    if (facts.pingPeriodMs !== undefined && facts.pingPeriodMs !== usualPingMs) {
      steps.push(pingPeriod(node.id, 'sentinels', facts.pingPeriodMs, usualPingMs, 'it is for the first seconds of a deployment only'));
    }
    if (facts.master === undefined) {
      if (who.master !== undefined)
        steps.push(step('sentinels', { kind: 'sentinel-monitor', node: node.id, master: who.master }, `it does not know ${deployment.masterName}`));
      continue;
    }
    const { quorum, downAfterMs, failoverTimeoutMs, parallelSyncs } = facts.master;
    const has = { quorum, 'down-after-milliseconds': downAfterMs, 'failover-timeout': failoverTimeoutMs, 'parallel-syncs': parallelSyncs };
    for (const [option, to] of Object.entries(wanted)) {
      const from = has[option as keyof typeof has];
      if (from !== to) steps.push(step('sentinels', { kind: 'sentinel-set', node: node.id, option, from: `${from}`, to: `${to}` }, 'the topology says so'));
    }
  }
  return steps;
}

/** Replicas before the master: if a value is refused by the server, it is found where it hurts least. */
function stageOf(id: string, who: Authority): 'replicas' | 'sentinels' {
  return id === who.master ? 'sentinels' : 'replicas';
}

function unknownParameter(id: string, parameter: string, engine: string, version: string): Refusal {
  const sentence = `${id} (${engine} ${version}) has no parameter ${parameter}`;
  return { code: 'CONFIG_UNKNOWN', sentence, next: `take ${parameter} out of redis.config, or mend its spelling` };
}

function needsRestartRefusal(id: string, parameter: string, from: string, to: string, isMaster: boolean): Refusal {
  const why = isMaster
    ? 'and a master restarts only after a planned switchover, which this version does not have'
    : 'and rolling restarts are not in this version';
  return {
    code: 'RESTART_NEEDED',
    sentence: `${parameter} of ${id} would change from ${from} to ${to}: Redis takes it only at a start, ${why}`,
    next: `set ${parameter} back to ${from} in the topology`,
  };
}
