// Connectivity: every node answers, on every port that it should listen on.

import type { Node } from '../desired/deployment.ts';
import { allNodes } from '../desired/deployment.ts';
import { messageOf } from '../shared/errors.ts';
import { type Check, Failed, Unclear } from './check.ts';
import type { VerifyContext } from './context.ts';

export function connectChecks(context: VerifyContext): Check[] {
  return allNodes(context.deployment).map((node) => ({
    id: `connect/${node.id}`,
    title: `${node.id} answers`,
    run: async () => {
      try {
        return node.kind === 'proxy' ? await reachProxy(context, node) : await reachRedis(context, node);
      } catch (error) {
        if (error instanceof Unclear) throw error;
        throw new Failed(messageOf(error));
      }
    },
  }));
}

async function reachRedis({ connections }: VerifyContext, node: Node): Promise<string> {
  const redis = await connections.node(node, 'vigie');
  const sentMs = performance.now();
  const answer = await redis.call('PING');
  if (answer !== 'PONG') throw new Error(`${node.id} answered ${JSON.stringify(answer)} to PING`);
  return `${node.address}:${node.port} answered in ${(performance.now() - sentMs).toFixed(1)} ms`;
}

async function reachProxy({ target, timeoutMs }: VerifyContext, node: Extract<Node, { kind: 'proxy' }>): Promise<string> {
  const { transport } = target.machineOf(node);
  const ports = [node.port, node.readPort, node.statsPort];
  const listens = ports.map(async (port) => {
    const stream = await transport.dial(node.address, port, timeoutMs).catch((error: unknown) => {
      throw new Error(`${node.id} (${node.address}:${port}): ${messageOf(error)}`);
    });
    stream.destroy();
  });
  const socket = target.haproxy(node, timeoutMs).then((haproxy) => haproxy.close());
  await Promise.all([...listens, socket]);
  return `listens on ${ports.join(', ')} and its runtime socket`;
}
