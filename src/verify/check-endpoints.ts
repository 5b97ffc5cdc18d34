// The endpoints, as applications use them: what is written through one arrives everywhere, and each route leads where it should.

import type { ProxyNode, RedisNode } from '../desired/deployment.ts';
import { parseInfo } from '../observed/parse-info.ts';
import { openOf, readersOf } from '../observed/routes.ts';
import { listed } from '../observed/namings.ts';
import { type Snapshot, valueOf } from '../observed/snapshot.ts';
import { messageOf } from '../shared/errors.ts';
import { type RedisConnection, RedisReplyError, RedisUnreachable } from '../target/redis.ts';
import { type Check, Failed, Skipped, Unclear } from './check.ts';
import { masterOf } from './check-replication.ts';
import type { VerifyContext } from './context.ts';

const keySeconds = 60;
const pollMs = 3;

/** A place where applications write: an endpoint of a proxy, or, where there is none, the master itself. */
interface Door {
  id: string;
  where: string;
  key: string;
  open(): Promise<RedisConnection>;
}

export function endpointChecks(context: VerifyContext): Check[] {
  const { deployment } = context;
  if (deployment.proxies.length === 0) return [writeCheck(context, masterDoor(context)).check];
  return deployment.proxies.flatMap((proxy) => {
    const { check, value } = writeCheck(context, proxyDoor(context, proxy));
    return [routeCheck(context, proxy), check, readsCheck(context, proxy), readBackCheck(context, proxy, value)];
  });
}

/** Removes what the checks wrote. What cannot be removed now expires by itself. */
export async function removeKeys(context: VerifyContext): Promise<void> {
  const doors = context.deployment.proxies.length > 0 ? context.deployment.proxies.map((proxy) => proxyDoor(context, proxy)) : [masterDoor(context)];
  await Promise.allSettled(doors.map(async (door) => (await door.open()).call('DEL', door.key)));
}

/** Written once, then read from every Redis node: replication is asynchronous, so it may take a moment. */
function writeCheck(context: VerifyContext, door: Door): { check: Check; value: Promise<string> } {
  let tell: (value: string) => void = () => {};
  let refuse: (error: Error) => void = () => {};
  const value = new Promise<string>((resolve, reject) => {
    tell = resolve;
    refuse = reject;
  });
  value.catch(() => {});
  const run = async (): Promise<string> => {
    const text = `${door.key}=${Date.now()}`;
    let startedMs = 0;
    try {
      const redis = await door.open();
      startedMs = performance.now();
      await redis.call('SET', door.key, text, 'EX', keySeconds);
    } catch (error) {
      refuse(new Skipped('nothing could be written'));
      throw await noWrite(context, door, error);
    }
    const writtenMs = performance.now();
    tell(text);
    const late = (await Promise.all(context.deployment.redis.map((node) => arrives(context, node, door.key, text)))).flat();
    if (late.length > 0) throw new Failed(`written through ${door.where}, but ${late.join('; ')}`);
    const nodes = context.deployment.redis.map(({ id }) => id);
    return `written through ${door.where} in ${ms(writtenMs - startedMs)}, on ${listed(nodes)} ${ms(performance.now() - writtenMs)} later`;
  };
  return { check: { id: `write/${door.id}`, title: `a write through ${door.where} reaches every node`, run }, value };
}

/** An endpoint that gives no connection is a failed check, not an unknown: applications meet the same. */
async function noWrite(context: VerifyContext, door: Door, error: unknown): Promise<Error> {
  if (error instanceof RedisReplyError) return new Failed(`${door.where} refused the write: ${error.message}`);
  if (!(error instanceof RedisUnreachable)) return error instanceof Error ? error : new Failed(messageOf(error));
  const facts = valueOf((await context.snapshot).proxies[door.id]);
  return new Failed(`${error.message}${facts && openOf(facts, 'write').length === 0 ? '; no write server is open' : ''}`);
}

/** Empty when the node has the value in time; else one sentence. */
async function arrives(context: VerifyContext, node: RedisNode, key: string, value: string): Promise<string[]> {
  // Right after a first diskless sync the stream begins with the replica's next acknowledgement: within a second (measured on 7.0.15).
  const untilMs = performance.now() + context.timeoutMs;
  try {
    const redis = await context.connections.node(node, 'default');
    while ((await redis.call('GET', key)) !== value) {
      if (performance.now() > untilMs) return [`${node.id} does not have it after ${Math.round(context.timeoutMs)} ms`];
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    return [];
  } catch (error) {
    return [messageOf(error)];
  }
}

function routeCheck(context: VerifyContext, proxy: ProxyNode): Check {
  const run = async (): Promise<string> => {
    const snapshot = await context.snapshot;
    const facts = valueOf(snapshot.proxies[proxy.id]);
    const open = facts ? openOf(facts, 'write') : [];
    if (facts && open.length !== 1) throw new Failed(open.length === 0 ? 'no write server is open' : `${listed(open)} are open at once`);
    const led = await leadsTo(context, snapshot, await context.connections.endpoint(proxy, 'write'));
    const { master, epoch, by } = masterOf(context, snapshot);
    if (led.id !== master) throw new Failed(`it leads to ${led.id}, but ${master} is the master`);
    if (led.role !== 'master') throw new Failed(`it leads to ${led.id}, which answers as ${led.role}`);
    return `leads to ${led.id}, which answers as master${by === 'sentinels' ? ` and is named by the Sentinels (epoch ${epoch})` : ''}${facts ? '; the only open write server' : ''}`;
  };
  return { id: `route/${proxy.id}`, title: `writes of ${proxy.id} go to the one master`, run: () => run().catch(closed) };
}

/** As many connections at once as there are open servers: HAProxy gives each the server with the fewest (leastconn). */
function readsCheck(context: VerifyContext, proxy: ProxyNode): Check {
  const run = async (): Promise<string> => {
    const snapshot = await context.snapshot;
    const facts = valueOf(snapshot.proxies[proxy.id]);
    const open = facts ? openOf(facts, 'read') : [];
    if (facts && open.length === 0) throw new Failed('no read server is open');
    const led = await Promise.all(
      Array.from({ length: Math.max(1, open.length) }, async () => {
        const connection = await context.connections.dialEndpoint(proxy, 'read');
        return leadsTo(context, snapshot, connection).finally(() => connection.close());
      }),
    );
    const wanted = readersOf(context.deployment, snapshot, masterOf(context, snapshot).master);
    const met = [...new Set(led.map(({ id }) => id))].sort();
    if (wanted.every((id) => !snapshot.redis[id]?.known)) throw new Failed(`reads go to ${listed(open)}, and no node is in sync with the master`);
    const wrong = [...new Set([...met, ...open])].filter((id) => !wanted.includes(id));
    if (wrong.length > 0) throw new Failed(`reads go to ${listed(wrong)}; ${listed(wanted)} should serve them`);
    return `${led.length} connections at once were served by ${listed(met)}, in sync`;
  };
  return { id: `reads/${proxy.id}`, title: `reads of ${proxy.id} go to nodes in sync`, run: () => run().catch(closed) };
}

function readBackCheck(context: VerifyContext, proxy: ProxyNode, written: Promise<string>): Check {
  const where = `${proxy.address}:${proxy.readPort}`;
  const run = async (): Promise<string> => {
    const value = await written;
    const redis = await context.connections.endpoint(proxy, 'read');
    const untilMs = performance.now() + context.timeoutMs;
    const startedMs = performance.now();
    while ((await redis.call('GET', proxyDoor(context, proxy).key)) !== value) {
      if (performance.now() > untilMs) throw new Failed(`what was written is not readable through ${where} after ${Math.round(context.timeoutMs)} ms`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    return `read through ${where} in ${ms(performance.now() - startedMs)}`;
  };
  return { id: `read/${proxy.id}`, title: `what was written can be read through ${where}`, run: () => run().catch(closed) };
}

async function leadsTo({ deployment }: VerifyContext, snapshot: Snapshot, connection: RedisConnection): Promise<{ id: string; role: string }> {
  const info = parseInfo(String(await connection.call('INFO')));
  const node = deployment.redis.find(({ id }) => valueOf(snapshot.redis[id])?.runId === info.run_id);
  const role = info.role === 'slave' ? 'replica' : (info.role ?? 'nothing');
  return { id: node?.id ?? `a node that was not seen (port ${info.tcp_port}, run id ${info.run_id?.slice(0, 8)})`, role };
}

/** An endpoint that does not serve has failed. */
function closed(error: unknown): never {
  if (error instanceof RedisUnreachable) throw new Failed(error.message);
  throw error;
}

function proxyDoor({ connections, keyPrefix }: VerifyContext, proxy: ProxyNode): Door {
  return { id: proxy.id, where: `${proxy.address}:${proxy.port}`, key: `${keyPrefix}:${proxy.id}`, open: () => connections.endpoint(proxy, 'write') };
}

function masterDoor(context: VerifyContext): Door {
  const open = async (): Promise<RedisConnection> => {
    const { master } = masterOf(context, await context.snapshot);
    const node = context.deployment.redis.find(({ id }) => id === master);
    if (node === undefined) throw new Unclear(`there is no node ${master}`);
    return context.connections.node(node, 'default');
  };
  return { id: 'master', where: 'the master', key: `${context.keyPrefix}:master`, open };
}

function ms(value: number): string {
  return `${value.toFixed(1)} ms`;
}
