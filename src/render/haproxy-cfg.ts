// haproxy.cfg of one proxy. It decides nothing: every slot is disabled in the file, and who gets writes and reads is set at run
// time through the socket, from what was observed. Valid from HAProxy 2.6 on; started as `haproxy -W -f haproxy.cfg`.

import type { Deployment, ProxyNode } from '../desired/deployment.ts';
import { socketPathOf } from '../desired/paths.ts';
import { secretMark } from '../shared/template.ts';
import { haproxyAddress, haproxyWord, plainName, redisWord } from './quote.ts';

/** The slot that holds: a write server that never accepts, so that new clients wait instead of being refused (PROTOCOL 16). */
export const holdSlot = 'hold';

export function haproxyCfg(deployment: Deployment, node: ProxyNode, dir: string): string {
  return [
    `# ${redisWord(deployment.name)}, ${redisWord(node.id)}: written by vigie. Change the topology and run vigie apply.\n`,
    globalSection(deployment, dir),
    defaultsSection(deployment),
    statsSection(node),
    frontend('write', node.address, node.port),
    frontend('read', node.address, node.readPort),
    writeBackend(deployment),
    readBackend(deployment),
  ].join('\n');
}

function globalSection(deployment: Deployment, dir: string): string {
  return section('global', [
    '# Changes of state, with the time; sessions are not logged (level notice), the metrics count them.',
    'log stderr format iso daemon notice',
    `stats socket ${haproxyWord(socketPathOf(dir))} mode 600 level admin expose-fd listeners`,
    'stats timeout 1d',
    '# An old worker after a reload keeps its sessions, and with them perhaps a demoted master.',
    'hard-stop-after 30s',
    '# A second HAProxy on our ports must fail, not share them in silence.',
    'noreuseport',
    '# Enough for both endpoints, both sides; less where the system allows less.',
    `fd-hard-limit ${4 * deployment.proxy.maxConnections + 1000}`,
  ]);
}

function defaultsSection(deployment: Deployment): string {
  const { clientTimeoutMs, connectTimeoutMs, holdForMs, maxConnections } = deployment.proxy;
  return section('defaults', [
    'mode tcp',
    'log global',
    `maxconn ${maxConnections}`,
    '# Redis clients idle for long; keepalive finds the dead ones.',
    'option tcpka',
    `timeout client ${clientTimeoutMs}ms`,
    `timeout server ${clientTimeoutMs}ms`,
    'timeout client-fin 10s',
    'timeout server-fin 10s',
    `timeout connect ${connectTimeoutMs}ms`,
    `timeout queue ${holdForMs}ms`,
    'timeout check 1s',
  ]);
}

function statsSection(node: ProxyNode): string {
  return section('frontend stats', [
    'mode http',
    'no log',
    `bind ${haproxyAddress(node.address, node.statsPort)}`,
    'timeout client 10s',
    'timeout http-request 5s',
    'http-request use-service prometheus-exporter if { path /metrics }',
    '# Read-only: no stats admin.',
    'stats enable',
    'stats uri /',
    'stats refresh 5s',
    'stats hide-version',
  ]);
}

function frontend(name: 'write' | 'read', address: string, port: number): string {
  return section(`frontend ${name}-endpoint`, [`bind ${haproxyAddress(address, port)}`, `default_backend ${name}`]);
}

function writeBackend(deployment: Deployment): string {
  return section('backend write', [
    '# No role checks, ever: at most one slot is opened, by whoever asked the Sentinels.',
    `# Holding: ${holdRetries(deployment)} retries, ${deployment.proxy.connectTimeoutMs} ms each, are the bound of the wait. A client that gave up must not be served later.`,
    `retries ${holdRetries(deployment)}`,
    'option redispatch 1',
    'option abortonclose',
    'default-server on-marked-down shutdown-sessions',
    ...slots(deployment),
    `server ${holdSlot} 127.0.0.1:1 disabled`,
  ]);
}

function readBackend(deployment: Deployment): string {
  return section('backend read', [
    '# A replica that does not answer gets no new readers; whether it is a replica is not asked here.',
    'balance leastconn',
    'retries 3',
    'option redispatch 1',
    'option tcp-check',
    'tcp-check connect',
    `tcp-check send "AUTH proxy ${secretMark('proxy')}\\r\\n"`,
    'tcp-check expect string +OK',
    'tcp-check send "PING\\r\\n"',
    'tcp-check expect string +PONG',
    'default-server check inter 1000ms fall 2 rise 1 on-marked-down shutdown-sessions',
    ...slots(deployment),
  ]);
}

function slots(deployment: Deployment): string[] {
  return deployment.redis.map((node) => `server ${plainName('Node id', node.id)} ${haproxyAddress(node.address, node.port)} disabled`);
}

/** One try takes `timeout connect` (HAProxy turns around that long after a refusal), and the first try is no retry (PROTOCOL 17). */
function holdRetries(deployment: Deployment): number {
  const { holdForMs, connectTimeoutMs } = deployment.proxy;
  return Math.max(1, Math.ceil(holdForMs / connectTimeoutMs) - 1);
}

function section(title: string, lines: string[]): string {
  return `${title}\n${lines.map((line) => `  ${line}\n`).join('')}`;
}
