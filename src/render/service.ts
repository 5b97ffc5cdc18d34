// How a node is run: its command, its log, how long its stop may take. The runtimes (process, systemd, docker) take it from here.

import type { Deployment, Node } from '../desired/deployment.ts';
import { filesOf, paths, socketPathOf } from '../desired/paths.ts';
import type { Service } from '../desired/service.ts';

/** Redis waits up to `shutdown-timeout` (10 s) for its replicas, then saves. */
const redisStopMs = 60_000;
const otherStopMs = 15_000;

/** `dir` is the node's absolute directory there. */
export function serviceOf(deployment: Deployment, node: Node, dir: string): Service {
  const base = { id: node.id, dir, log: paths.serviceLog, files: filesOf(node), privateDirs: [], ownLogs: [] };
  switch (node.kind) {
    case 'redis':
      return { ...base, ownLogs: [paths.redisLog], command: ['sh', paths.gate], stopTimeoutMs: redisStopMs };
    case 'sentinel':
      return {
        ...base,
        ownLogs: [paths.sentinelLog],
        command: [`${deployment.engine.kind}-server`, paths.sentinelConf, '--sentinel'],
        stopTimeoutMs: otherStopMs,
      };
    case 'proxy':
      return { ...base, command: ['haproxy', '-W', '-f', paths.haproxyCfg], stopTimeoutMs: otherStopMs, privateDirs: outside(dir) };
  }
}

/** The folder of a proxy's socket, where it is not the node's own directory. */
function outside(dir: string): string[] {
  const folder = socketPathOf(dir).replace(/\/[^/]*$/, '');
  return folder === dir ? [] : [folder];
}
