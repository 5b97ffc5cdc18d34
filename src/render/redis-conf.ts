// redis.conf of one node, for its first start. A seed: Redis and Sentinel rewrite it afterwards, and changes go through CONFIG SET.

import type { Deployment, RedisNode } from '../desired/deployment.ts';
import { paths } from '../desired/paths.ts';
import { VigieError } from '../shared/errors.ts';
import { secretMark } from '../shared/template.ts';
import { plainAddress, redisWord } from './quote.ts';

/** Directives that follow from the node and the deployment; `redis.config` cannot set them. */
export const heldDirectives = [
  'bind',
  'port',
  'protected-mode',
  'daemonize',
  'supervised',
  'pidfile',
  'logfile',
  'dir',
  'dbfilename',
  'appenddirname',
  'aclfile',
  'requirepass',
  'user',
  'rename-command',
  'include',
  'masteruser',
  'masterauth',
  'replicaof',
  'slaveof',
  'replica-announce-ip',
  'replica-announce-port',
  'slave-announce-ip',
  'slave-announce-port',
];

export function redisConf(deployment: Deployment, node: RedisNode, dir: string): string {
  const blocks = [identity(node, dir), accounts(dir), replication(deployment, node), ...settings(deployment)];
  const head = `# ${redisWord(deployment.name)}, ${redisWord(node.id)}: the settings of its first start. Redis rewrites this file; change settings with vigie apply.\n`;
  return [head, ...blocks].join('\n');
}

function identity(node: RedisNode, dir: string): string {
  return block('Where it listens and keeps its things; the service manager keeps it running.', [
    ['bind', plainAddress(node.address)],
    ['port', String(node.port)],
    ['protected-mode', 'yes'],
    ['daemonize', 'no'],
    // Tells systemd that it is ready when systemd asks for it, and does nothing elsewhere.
    ['supervised', 'auto'],
    ['pidfile', redisWord(`${dir}/${paths.redisPid}`)],
    ['logfile', redisWord(`${dir}/${paths.redisLog}`)],
    ['dir', redisWord(`${dir}/${paths.data}`)],
    ['dbfilename', 'dump.rdb'],
    ['appenddirname', 'appendonlydir'],
  ]);
}

function accounts(dir: string): string {
  return block('Who may log in: hashes only.', [['aclfile', redisWord(`${dir}/${paths.usersAcl}`)]]);
}

function replication(deployment: Deployment, node: RedisNode): string {
  const lines: [string, string][] = [
    ['masteruser', 'replica'],
    ['masterauth', `"${secretMark('replica')}"`],
    ['replica-announce-ip', plainAddress(node.address)],
    ['replica-announce-port', String(node.port)],
  ];
  const master = deployment.redis.find((other) => other.initialRole === 'master');
  if (node.initialRole === 'replica' && master) lines.push(['replicaof', `${plainAddress(master.address)} ${master.port}`]);
  return block('How it replicates. Whom it follows is an input for the first start only; afterwards the Sentinels say.', lines);
}

const groups: { comment: string; of: RegExp }[] = [
  {
    comment: 'Memory: how much data, and what gives way when it is full.',
    of: /^(maxmemory|active-?defrag|active-expire|lazyfree|replica-lazy|oom-)|lazyfree/,
  },
  {
    comment: 'Persistence: what is on disk when the power goes.',
    of: /^(save|append|aof-|auto-aof|no-appendfsync|rdb|stop-writes|sanitize-dump|shutdown-|key-load)/,
  },
  { comment: 'Replication: how much may be lost, and what a short break costs.', of: /^(repl-|replica-|min-replicas-)/ },
  { comment: 'Connections: how many, how long idle, how far behind.', of: /^(tcp-|timeout$|maxclients|client-|socket-)/ },
  { comment: 'Everything else.', of: /^/ },
];

/** Each directive once, in the first group that wants it, sorted by name. */
function settings(deployment: Deployment): string[] {
  const rest = new Map(Object.entries(deployment.config).sort(([a], [b]) => (a < b ? -1 : 1)));
  return groups.flatMap(({ comment, of }) => {
    const mine = [...rest].filter(([name]) => of.test(name));
    for (const [name] of mine) rest.delete(name);
    return mine.length === 0
      ? []
      : [
          block(
            comment,
            mine.map(([name, value]) => [directive(name), argument(name, value)]),
          ),
        ];
  });
}

function directive(name: string): string {
  if (!heldDirectives.includes(name) && /^[a-z][a-z0-9_-]*$/.test(name)) return name;
  throw new VigieError('TOPOLOGY_INVALID', `redis.config cannot set ${JSON.stringify(name)}: it follows from the topology or is no directive`, {
    next: 'take it out of redis.config',
  });
}

/** These take several words; every other value is one word, spaces and all. */
const severalWords = new Set(['save', 'client-output-buffer-limit', 'oom-score-adj-values', 'latency-tracking-info-percentiles']);

function argument(name: string, value: string): string {
  if (!severalWords.has(name) || value.trim() === '') return redisWord(value);
  return value.trim().split(/ +/).map(redisWord).join(' ');
}

function block(comment: string, lines: [string, string][]): string {
  return `# ${comment}\n${lines.map(([name, value]) => `${name} ${value}\n`).join('')}`;
}
