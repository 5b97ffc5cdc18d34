// What one node is asked, and by which connection: a Redis, a Sentinel, a proxy. Everything in one burst.

import type { Deployment, Node, ProxyNode, RedisNode, SentinelNode } from '../desired/deployment.ts';
import { parseAcl } from '../observed/parse-acl.ts';
import { parseConfig } from '../observed/parse-config.ts';
import { haproxyQuestion, parseHaproxy } from '../observed/parse-haproxy.ts';
import { parseRedis } from '../observed/parse-info.ts';
import { parseSentinel } from '../observed/parse-sentinel.ts';
import type { ProxyFacts, RedisFacts, SentinelFacts } from '../observed/snapshot.ts';
import { messageOf } from '../shared/errors.ts';
import { Secret } from '../shared/secret.ts';
import type { SecretValues } from '../shared/template.ts';
import { type RedisConnection, RedisReplyError, type Reply } from '../target/redis.ts';
import type { Target } from '../target/target.ts';
import { type Look, NotSeen } from './look.ts';

export interface LookContext {
  deployment: Deployment;
  target: Target;
  secrets: SecretValues;
  deadlineMs: number;
  look: Look;
}

export function lookAtRedis(context: LookContext, node: RedisNode): Promise<RedisFacts> {
  const { secrets } = context;
  return context.look.using(operatorOn(context, node), async (redis) => {
    const [info, role, config, acl] = await Promise.all([redis.call('INFO'), redis.call('ROLE'), redis.call('CONFIG', 'GET', '*'), redis.call('ACL', 'LIST')]);
    const facts = parseRedis({
      info: text(info),
      role: list(role).map(text),
      config: parseConfig(list(config).map(text), secrets),
      acl: parseAcl(list(acl).map(text), secrets),
    });
    // It answers INFO while it reads its data, but its role and offset mean nothing yet.
    if (facts.info.loading === '1') throw new NotSeen('loading', `it is reading its data (${facts.info.loading_loaded_perc ?? '?'} % done)`);
    return facts;
  });
}

export function lookAtSentinel(context: LookContext, node: SentinelNode): Promise<SentinelFacts> {
  const { masterName } = context.deployment;
  return context.look.using(operatorOn(context, node), async (sentinel) => {
    const [info, myid, masters, replicas, peers, quorumCheck, debug, acl] = await Promise.all([
      sentinel.call('INFO'),
      sentinel.call('SENTINEL', 'MYID'),
      sentinel.call('SENTINEL', 'MASTERS'),
      ofMaster(sentinel, 'REPLICAS', masterName, []),
      ofMaster(sentinel, 'SENTINELS', masterName, []),
      ofMaster(sentinel, 'CKQUORUM', masterName, messageOf),
      // Redis 6.2 has no SENTINEL DEBUG.
      answerOr(sentinel.call('SENTINEL', 'DEBUG'), []),
      sentinel.call('ACL', 'LIST'),
    ]);
    return parseSentinel({
      masterName,
      info: text(info),
      myid: text(myid),
      masters: list(masters).map((entry) => list(entry).map(text)),
      replicas: list(replicas).map((entry) => list(entry).map(text)),
      peers: list(peers).map((entry) => list(entry).map(text)),
      quorumCheck: text(quorumCheck),
      debug: list(debug).map(text),
      acl: parseAcl(list(acl).map(text), context.secrets),
    });
  });
}

export function lookAtProxy(context: LookContext, node: ProxyNode): Promise<ProxyFacts> {
  return context.look.using(context.target.haproxy(node, context.deadlineMs), async (proxy) => parseHaproxy(await proxy.command(haproxyQuestion)));
}

/** Logs in as the operator. Without the password it is still found out whether something is there. */
async function operatorOn({ target, secrets, deadlineMs }: LookContext, node: Node): Promise<RedisConnection> {
  const found = secrets.lookup('vigie');
  if (found) return target.redis(node, { user: 'vigie', password: new Secret(found.value) }, deadlineMs);
  return target.redis(node, { user: 'vigie', password: new Secret('') }, deadlineMs).then(
    (connection) => {
      connection.close();
      throw new NotSeen('auth', 'it lets the operator in without a password, so it is not ours');
    },
    (error: unknown) => {
      if (error instanceof Error && 'why' in error && error.why === 'auth') throw new NotSeen('auth', 'it answers, but the password of user vigie is not here');
      throw error;
    },
  );
}

/** A question about the master: a Sentinel that does not know the name answers with an error, which is an answer. */
async function ofMaster(sentinel: RedisConnection, question: string, masterName: string, otherwise: Reply | ((error: unknown) => string)): Promise<Reply> {
  return answerOr(sentinel.call('SENTINEL', question, masterName), otherwise);
}

async function answerOr(asked: Promise<Reply>, otherwise: Reply | ((error: unknown) => string)): Promise<Reply> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof RedisReplyError) || error.prefix === 'NOPERM') throw error;
    return typeof otherwise === 'function' ? otherwise(error) : otherwise;
  }
}

function text(reply: Reply | undefined): string {
  return typeof reply === 'string' || typeof reply === 'number' ? String(reply) : '';
}

function list(reply: Reply | undefined): Reply[] {
  return Array.isArray(reply) ? reply : [];
}
