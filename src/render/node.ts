// Which files a node needs and what stands in them: the one entry of this room, for those who write, compare and show files.

import type { Deployment, Node } from '../desired/deployment.ts';
import { paths } from '../desired/paths.ts';
import { VigieError } from '../shared/errors.ts';
import type { RenderedFile } from './file.ts';
import { renderGate } from './gate.ts';
import { haproxyCfg } from './haproxy-cfg.ts';
import { redisConf } from './redis-conf.ts';
import { sentinelConf } from './sentinel-conf.ts';
import { usersAcl } from './users-acl.ts';

/** `dir` is the node's absolute directory there. Paths are relative to it, secrets stand as names.
 *  Throws TOPOLOGY_INVALID for what no configuration file can hold (control characters, odd names). */
export function renderNode(deployment: Deployment, node: Node, dir: string): RenderedFile[] {
  if (!dir.startsWith('/')) throw new VigieError('INTERNAL', `the directory of ${node.id} is not absolute: ${JSON.stringify(dir)}`);
  switch (node.kind) {
    case 'redis':
      return [seed(paths.redisConf, redisConf(deployment, node, dir)), seed(paths.usersAcl, usersAcl('data')), ...renderGate(deployment, node, dir)];
    case 'sentinel':
      return [seed(paths.sentinelConf, sentinelConf(deployment, node, dir)), seed(paths.usersAcl, usersAcl('sentinel'))];
    case 'proxy':
      return [{ path: paths.haproxyCfg, mode: 0o600, text: haproxyCfg(deployment, node, dir), ownership: 'owned' }];
  }
}

function seed(path: string, text: string): RenderedFile {
  return { path, mode: 0o600, text, ownership: 'seed' };
}
