// The barriers between stages: what must be seen before the next one begins. Each waits for a condition, says what it waits for,
// and ends early, with the node's own last words, when the process is gone.

import { paths } from '../desired/paths.ts';
import type { Node } from '../desired/deployment.ts';
import { parseServiceFacts } from '../observed/service-facts.ts';
import { serviceOf } from '../render/service.ts';
import { VigieError, messageOf } from '../shared/errors.ts';
import { unfill } from '../shared/template.ts';
import type { Reply } from '../target/redis.ts';
import { type RunContext, nodeOf } from './run-context.ts';

const pauseMs = 15;
/** How long silence is borne; a node that loads or syncs is not silent. */
const patienceMs = 30_000;

/** A started node answers (a Redis node behind its gate may also be found waiting: then the next look at everything decides). */
export async function answers(id: string, context: RunContext, how: { evenWaiting?: boolean } = {}): Promise<'answers' | 'waiting'> {
  const node = nodeOf(context.deployment, id);
  return until(context, node, `${id} to answer`, async (since) => {
    const said = node.kind === 'proxy' ? await askProxy(node, context) : await askRedis(node, context);
    if (said === 'yes') return 'answers';
    if (said === 'busy') return 'busy';
    if (since < 400 || how.evenWaiting) return undefined;
    return (await lookAt(node, context)) === 'waiting' ? 'waiting' : undefined;
  });
}

/** A replica has its master's data: its link is connected, and its master counts it as online. While it syncs or loads it is not silent.
 *  (After a diskless sync the stream itself begins with the replica's next acknowledgement, up to a second later: not waited for.) */
export async function inSync(id: string, context: RunContext): Promise<void> {
  const node = nodeOf(context.deployment, id);
  await until(context, node, `${id} to be in sync`, async () => {
    const role = await attempt(node, context, 'ROLE');
    if (!Array.isArray(role)) return undefined;
    if (role[0] === 'master') return true;
    if (role[3] !== 'connected') return role[3] === 'sync' ? 'busy' : undefined;
    const master = context.deployment.redis.find(({ address, port }) => address === role[1] && port === role[2]);
    // It follows somebody who is not ours: the next look says so.
    if (master === undefined) return true;
    const theirs = await attempt(master, context, 'ROLE');
    const online = Array.isArray(theirs) && Array.isArray(theirs[2]) ? theirs[2] : [];
    return online.some((row) => Array.isArray(row) && row[0] === node.address && Number(row[1]) === node.port) ? true : 'busy';
  });
}

/** A Sentinel has its quorum, knows every other Sentinel and replica, and holds a live link to each of them. */
export async function knowsAll(id: string, context: RunContext): Promise<void> {
  const { deployment } = context;
  const node = nodeOf(deployment, id);
  await until(context, node, `${id} to know its peers`, async () => {
    const check = await attempt(node, context, 'SENTINEL', 'CKQUORUM', deployment.masterName);
    if (typeof check !== 'string' || !check.startsWith('OK')) return undefined;
    const master = fields(await attempt(node, context, 'SENTINEL', 'MASTER', deployment.masterName));
    const peers = await attempt(node, context, 'SENTINEL', 'SENTINELS', deployment.masterName);
    const replicas = await attempt(node, context, 'SENTINEL', 'REPLICAS', deployment.masterName);
    if (!Array.isArray(peers) || !Array.isArray(replicas)) return undefined;
    const linked = [master, ...peers.map(fields), ...replicas.map(fields)].every((row) => !/disconnected|s_down/.test(row['flags'] ?? 'disconnected'));
    return linked && peers.length === deployment.sentinels.length - 1 && replicas.length >= deployment.redis.length - 1 ? true : undefined;
  });
}

/** Polls until `ask` gives a result. `undefined` is silence, `'busy'` is life: only silence runs out. */
async function until<T>(context: RunContext, node: Node, what: string, ask: (sinceMs: number) => Promise<T | 'busy' | undefined>): Promise<Exclude<T, 'busy'>> {
  const started = performance.now();
  let silentSince = started;
  let nextLook = started + 1000;
  for (;;) {
    if (context.signal?.aborted) throw new VigieError('INTERRUPTED', `interrupted while waiting for ${what}`);
    const found = await ask(performance.now() - started);
    if (found !== undefined && found !== 'busy') return found as Exclude<T, 'busy'>;
    const now = performance.now();
    if (found === 'busy') silentSince = now;
    if (now - silentSince > patienceMs)
      throw new VigieError('NOT_READY', `waited ${Math.round((now - started) / 1000)} s for ${what}`, { details: await lastWords(node, context) });
    if (now > nextLook) {
      nextLook = now + 1000;
      context.emit({ kind: 'waiting', for: [what] });
      const state = await lookAt(node, context);
      if (state === 'stopped' || state === 'absent')
        throw new VigieError('START_FAILED', `${node.id} has ended instead of running`, { details: await lastWords(node, context) });
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

async function askRedis(node: Node, context: RunContext): Promise<'yes' | 'busy' | 'no'> {
  try {
    await context.connections.on(node, (redis) => redis.call('PING'));
    return 'yes';
  } catch (error) {
    if (error instanceof Error && 'why' in error && error.why === 'auth')
      throw new VigieError('CREDENTIALS_WRONG', `${node.id} answers, but not to the passwords that are here`, { cause: error });
    const text = messageOf(error);
    return text.includes('LOADING') || text.includes('loading') || text.includes('MASTERDOWN') ? 'busy' : 'no';
  }
}

async function askProxy(node: Node, context: RunContext): Promise<'yes' | 'no'> {
  try {
    const socket = await context.target.haproxy(node, 1000);
    try {
      return (await socket.command('show info')).includes('Pid:') ? 'yes' : 'no';
    } finally {
      socket.close();
    }
  } catch {
    return 'no';
  }
}

async function attempt(node: Node, context: RunContext, command: string, ...args: string[]): Promise<Reply | undefined> {
  try {
    return await context.connections.on(node, (redis) => redis.call(command, ...args));
  } catch {
    return undefined;
  }
}

async function lookAt(node: Node, context: RunContext): Promise<string> {
  const machine = context.target.machineOf(node);
  const { stdout } = await machine.transport.run(machine.runtime.facts(serviceOf(context.deployment, node, machine.dirOf(node.id))), { timeoutMs: 5000 });
  return parseServiceFacts(stdout)[node.id]?.state ?? 'unknown';
}

/** The end of the node's logs, without passwords. */
async function lastWords(node: Node, context: RunContext): Promise<string[]> {
  const machine = context.target.machineOf(node);
  const logs = [paths.serviceLog, node.kind === 'sentinel' ? paths.sentinelLog : paths.redisLog];
  const texts = await Promise.all(logs.map((log) => machine.transport.readFile(`${machine.dirOf(node.id)}/${log}`).catch(() => undefined)));
  return texts.flatMap((text, index) =>
    text === undefined
      ? []
      : unfill(text, context.secrets)
          .trimEnd()
          .split('\n')
          .slice(-6)
          .map((line) => `${logs[index]}: ${line}`),
  );
}

function fields(reply: Reply | undefined): Record<string, string> {
  const row: Record<string, string> = {};
  if (Array.isArray(reply)) for (let i = 0; i + 1 < reply.length; i += 2) row[String(reply[i])] = String(reply[i + 1]);
  return row;
}
