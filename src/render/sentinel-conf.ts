// sentinel.conf of one Sentinel, for its first start. A seed: Sentinel keeps its memory in this file (epochs, votes, peers) and
// rewrites it; changes go through SENTINEL SET. It knows its peers and the replicas already, so it can vote after its first ping.

import type { Deployment, RedisNode, SentinelNode } from '../desired/deployment.ts';
import { paths } from '../desired/paths.ts';
import { VigieError } from '../shared/errors.ts';
import { secretMark } from '../shared/template.ts';
import { plainAddress, plainName, redisWord } from './quote.ts';

export function sentinelConf(deployment: Deployment, node: SentinelNode, dir: string): string {
  return [
    `# ${redisWord(deployment.name)}, ${redisWord(node.id)}: the settings of its first start. Sentinel rewrites this file: never edit or copy it.\n`,
    identity(node, dir),
    accounts(dir),
    watched(deployment),
    peers(deployment, node),
  ].join('\n');
}

function identity(node: SentinelNode, dir: string): string {
  const address = plainAddress(node.address);
  return lines([
    '# Where it listens and keeps its things. Addresses only: a DNS answer that hangs would stop its clock.',
    `bind ${address}`,
    `port ${node.port}`,
    'protected-mode no',
    'daemonize no',
    'supervised auto',
    `dir ${redisWord(dir)}`,
    `logfile ${redisWord(`${dir}/${paths.sentinelLog}`)}`,
    'loglevel notice',
    `sentinel myid ${plainName('Sentinel id', node.myid)}`,
    `sentinel announce-ip ${address}`,
    `sentinel announce-port ${node.port}`,
    'sentinel resolve-hostnames no',
    'sentinel announce-hostnames no',
    'sentinel deny-scripts-reconfig yes',
  ]);
}

function accounts(dir: string): string {
  return lines([
    '# Who may log in here, and as whom it logs in to its peers.',
    `aclfile ${redisWord(`${dir}/${paths.usersAcl}`)}`,
    'sentinel sentinel-user sentinel',
    `sentinel sentinel-pass "${secretMark('sentinel')}"`,
  ]);
}

function watched(deployment: Deployment): string {
  const name = masterNameOf(deployment);
  const master = initialMasterOf(deployment);
  const { quorum, downAfterMs, failoverTimeoutMs, parallelSyncs } = deployment.sentinel;
  return lines([
    '# Whom it watches, how long silence is forgiven, and as whom it logs in there.',
    `sentinel monitor ${name} ${plainAddress(master.address)} ${master.port} ${quorum}`,
    `sentinel down-after-milliseconds ${name} ${downAfterMs}`,
    `sentinel failover-timeout ${name} ${failoverTimeoutMs}`,
    `sentinel parallel-syncs ${name} ${parallelSyncs}`,
    `sentinel auth-user ${name} sentinel`,
    `sentinel auth-pass ${name} "${secretMark('sentinel')}"`,
  ]);
}

function peers(deployment: Deployment, node: SentinelNode): string {
  const name = masterNameOf(deployment);
  const master = initialMasterOf(deployment);
  return lines([
    '# Whom it knows from the start, and would otherwise find only by listening for seconds.',
    ...deployment.redis.filter((other) => other !== master).map((other) => `sentinel known-replica ${name} ${plainAddress(other.address)} ${other.port}`),
    ...deployment.sentinels
      .filter((other) => other.id !== node.id)
      .map((other) => `sentinel known-sentinel ${name} ${plainAddress(other.address)} ${other.port} ${plainName('Sentinel id', other.myid)}`),
  ]);
}

function masterNameOf(deployment: Deployment): string {
  return plainName('Master name', deployment.masterName);
}

function initialMasterOf(deployment: Deployment): RedisNode {
  const master = deployment.redis.find((node) => node.initialRole === 'master');
  if (!master) throw new VigieError('TOPOLOGY_INVALID', `${deployment.name} has Sentinels and no master for them to watch`, { next: 'name the first master' });
  return master;
}

function lines(all: string[]): string {
  return `${all.join('\n')}\n`;
}
