// Where things of a node lie, relative to its directory: one list for those who write, start, observe and explain.

import { createHash } from 'node:crypto';
import type { Node } from './deployment.ts';

export const paths = {
  redisConf: 'redis.conf',
  usersAcl: 'users.acl',
  sentinelConf: 'sentinel.conf',
  haproxyCfg: 'haproxy.cfg',
  /** The boot gate, and the password of its user (0600). */
  gate: 'gate.sh',
  gateAuth: 'gate.auth',
  /** Last sentence of the gate; the operator's one-time permit; the journal of PROTOCOL 6. */
  gateSaid: 'gate.said',
  permit: 'permit',
  journal: 'journal',
  data: 'data',
  /** Diverged data that was set aside before it would have been overwritten. */
  kept: 'kept',
  /** Written by Redis, removed by Redis at a clean stop: left behind means killed. */
  redisPid: 'redis.pid',
  redisLog: 'redis.log',
  sentinelLog: 'sentinel.log',
  /** Written by the runtime `process`. */
  servicePid: 'service.pid',
  serviceLog: 'service.log',
} as const;

/** The rendered files of a node: what `renderNode` makes and a first apply writes. */
export function filesOf(node: Node): string[] {
  switch (node.kind) {
    case 'redis':
      return [paths.redisConf, paths.usersAcl, paths.gate, paths.gateAuth];
    case 'sentinel':
      return [paths.sentinelConf, paths.usersAcl];
    case 'proxy':
      return [paths.haproxyCfg];
  }
}

/** The longest path that leaves HAProxy room for the temporary name it binds first (sun_path is 108 bytes). */
const longestSocketPath = 88;

/** The runtime socket of a proxy: in its directory, or, where that path would be too long for a Unix socket or has characters that
 *  HAProxy reads its own way (`$`, `,`), in a private folder under /tmp. */
export function socketPathOf(dir: string): string {
  const here = `${dir}/admin.sock`;
  if (Buffer.byteLength(here) <= longestSocketPath && /^[A-Za-z0-9 ._/@+=~-]+$/.test(here)) return here;
  return `/tmp/vigie-${createHash('sha1').update(dir).digest('hex').slice(0, 16)}/admin.sock`;
}
