// Authentication: who gets in, who does not, and what each service user may do once inside.

import { randomBytes } from 'node:crypto';
import type { RedisNode, SentinelNode } from '../desired/deployment.ts';
import { usersOn } from '../desired/users.ts';
import { type Check, Failed, Unclear } from './check.ts';
import type { VerifyContext } from './context.ts';
import { dialogue } from './dialogue.ts';
import { rights } from './rights.ts';

/** Without a password and with a wrong one nobody gets in; every service user does with its own. */
export function loginChecks(context: VerifyContext): Check[] {
  return loginNodes(context).map((node) => ({
    id: `login/${node.id}`,
    title: `${node.id} lets in its users and nobody else`,
    run: async () => {
      const users = usersOn(whereOf(node));
      const questions = [
        ['PING'],
        ['AUTH', 'default', `wrong-${randomBytes(12).toString('hex')}`],
        ...users.map((user) => ['AUTH', user, context.connections.password(user).reveal()]),
      ];
      const stream = await context.target
        .machineOf(node)
        .transport.dial(node.address, node.port, context.timeoutMs)
        .catch((error: unknown) => {
          throw new Unclear(`${node.id} (${node.address}:${node.port}): ${error instanceof Error ? error.message : 'no connection'}`);
        });
      const [open = '', wrong = '', ...own] = await dialogue(stream, questions, context.timeoutMs);
      if (!open.startsWith('-NOAUTH')) throw new Failed(`without a password it answered «${open}» to PING`);
      if (!wrong.startsWith('-WRONGPASS')) throw new Failed(`it answered «${wrong}» to a wrong password`);
      const refused = users.flatMap((user, n) => (own[n] === '+OK' ? [] : [`${user}: ${own[n]}`]));
      if (refused.length > 0) throw new Failed(`does not let in ${refused.join('; ')}`);
      return `${users.join(', ')} get in; no password and a wrong one are refused`;
    },
  }));
}

export function rightsChecks(context: VerifyContext): Check[] {
  return loginNodes(context).map((node) => ({
    id: `rights/${node.id}`,
    title: `users of ${node.id} may do what they must, and no more`,
    run: async () => {
      const redis = await context.connections.node(node, 'vigie');
      const tries = Object.entries(rights[whereOf(node)]).flatMap(([user, { may, mayNot }]) => [
        ...may.map((command) => ({ user, command, allowed: true })),
        ...mayNot.map((command) => ({ user, command, allowed: false })),
      ]);
      const wrong = await Promise.all(
        tries.map(async ({ user, command, allowed }) => {
          const words = command.split(' ').map((word) => (word === 'M' ? context.deployment.masterName : word));
          const answer = await redis.call('ACL', 'DRYRUN', user, ...words);
          if ((answer === 'OK') === allowed) return [];
          return [`${user} ${allowed ? 'may not' : 'may'} ${words.join(' ')}`];
        }),
      );
      const found = wrong.flat();
      if (found.length > 0) throw new Failed(found.join('; '));
      return `${tries.length} commands of ${Object.keys(rights[whereOf(node)]).length} users judged by ACL DRYRUN, as they should be`;
    },
  }));
}

function loginNodes({ deployment }: VerifyContext): (RedisNode | SentinelNode)[] {
  return [...deployment.redis, ...deployment.sentinels];
}

function whereOf(node: RedisNode | SentinelNode): 'data' | 'sentinel' {
  return node.kind === 'redis' ? 'data' : 'sentinel';
}
