// INFO and ROLE of a data node, with its settings and rights → the facts that judgement rests on. Redis 6.2 to 8, Valkey 7.2 and later.

import type { RedisFacts } from './snapshot.ts';

/** What a data node answered; CONFIG GET and ACL LIST as parse-config.ts and parse-acl.ts tell them, free of secrets. */
export interface RedisAnswers {
  info: string;
  /** ROLE, its elements as strings; only a replica's link word is taken from it. */
  role: string[];
  config: Record<string, string>;
  acl: Record<string, string>;
}

export function parseRedis(answers: RedisAnswers): RedisFacts {
  const info = parseInfo(answers.info);
  const isMaster = info.role === 'master';
  const downFor = info.master_link_down_since_seconds;
  return {
    engine: info.server_name === 'valkey' || info.valkey_version !== undefined ? 'valkey' : 'redis',
    version: info.valkey_version ?? info.redis_version ?? '',
    runId: info.run_id ?? '',
    pid: numberOf(info.process_id),
    uptimeSeconds: numberOf(info.uptime_in_seconds),
    role: isMaster ? 'master' : 'replica',
    link: isMaster ? 'master' : linkOf(info, answers.role[3]),
    replicationId: info.master_replid ?? '',
    offset: numberOf(isMaster ? info.master_repl_offset : (info.slave_repl_offset ?? info.replica_repl_offset)),
    ...(isMaster || info.master_host === undefined ? {} : { master: { address: info.master_host, port: numberOf(info.master_port) } }),
    // -1: never linked since the start of the server.
    ...(downFor === undefined || Number(downFor) < 0 ? {} : { linkDownSeconds: numberOf(downFor) }),
    replicas: isMaster ? replicasOf(info) : [],
    config: answers.config,
    acl: answers.acl,
    keys: keysOf(info),
    usedMemoryBytes: numberOf(info.used_memory),
    info,
  };
}

/** Lines `name:value`, sections dropped; the last of two equal names wins. */
export function parseInfo(text: string): Record<string, string> {
  const info: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    const at = line.indexOf(':');
    if (at > 0 && !line.startsWith('#')) info[line.slice(0, at)] = line.slice(at + 1);
  }
  return info;
}

/** A flat list `name, value, name, value …` as a record. */
export function pairs(list: string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let n = 0; n + 1 < list.length; n += 2) record[list[n] as string] = list[n + 1] as string;
  return record;
}

/** INFO knows up, down and syncing; ROLE tells an attempt under way (`connecting`, `handshake`) from none (`connect`, `none`). */
function linkOf(info: Record<string, string>, state: string | undefined): RedisFacts['link'] {
  if (info.master_link_status === 'up') return 'up';
  if (info.master_sync_in_progress === '1' || state === 'sync') return 'syncing';
  return state === 'connecting' || state === 'handshake' ? 'connecting' : 'down';
}

/** `slave0:ip=127.0.0.1,port=6380,state=online,offset=14,lag=0`; `lag=-1`: it has never acknowledged. */
function replicasOf(info: Record<string, string>): RedisFacts['replicas'] {
  return Object.entries(info).flatMap(([name, value]) => {
    if (!/^(slave|replica)\d+$/.test(name)) return [];
    const fields = Object.fromEntries(value.split(',').map((field) => splitOnce(field, '=')));
    return [
      { address: fields.ip ?? '', port: numberOf(fields.port), state: fields.state ?? '', offset: numberOf(fields.offset), lagSeconds: numberOf(fields.lag) },
    ];
  });
}

/** `db0:keys=12,expires=0,avg_ttl=0` */
function keysOf(info: Record<string, string>): number {
  let keys = 0;
  for (const [name, value] of Object.entries(info)) if (/^db\d+$/.test(name)) keys += numberOf(/^keys=(\d+)/.exec(value)?.[1]);
  return keys;
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function numberOf(text: string | undefined): number {
  const value = Number(text ?? '');
  return Number.isFinite(value) ? value : 0;
}
