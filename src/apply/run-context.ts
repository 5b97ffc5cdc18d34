// What every act of a run needs: the deployment, where it runs, its passwords, and the connections that the run keeps open.

import { type Deployment, type Node, allNodes } from '../desired/deployment.ts';
import type { Snapshot } from '../observed/snapshot.ts';
import { VigieError } from '../shared/errors.ts';
import { Secret } from '../shared/secret.ts';
import type { SecretValues } from '../shared/template.ts';
import type { RedisConnection } from '../target/redis.ts';
import type { Target } from '../target/target.ts';
import type { Emit } from './events.ts';

export interface RunContext {
  deployment: Deployment;
  target: Target;
  secrets: SecretValues;
  emit: Emit;
  signal?: AbortSignal;
  observe(): Promise<Snapshot>;
  connections: Connections;
}

export function nodeOf(deployment: Deployment, id: string): Node {
  const node = allNodes(deployment).find((candidate) => candidate.id === id);
  if (node === undefined) throw new Error(`no node ${id} in ${deployment.name}`);
  return node;
}

/** One connection a node, as the operator `vigie`, dialled again after it failed. Deadline of a command: 2 s. */
export class Connections {
  readonly #target: Target;
  readonly #secrets: SecretValues;
  readonly #open = new Map<string, Promise<RedisConnection>>();

  constructor(target: Target, secrets: SecretValues) {
    this.#target = target;
    this.#secrets = secrets;
  }

  /** Runs `act` on the node's connection; a failure of the connection drops it, so that the next call dials afresh. */
  async on<T>(node: Node, act: (redis: RedisConnection) => Promise<T>): Promise<T> {
    const opening = this.#open.get(node.id) ?? this.#target.redis(node, { user: 'vigie', password: this.#password() }, 2000);
    this.#open.set(node.id, opening);
    try {
      return await act(await opening);
    } catch (error) {
      if (error instanceof Error && error.name === 'RedisUnreachable') this.#drop(node.id, opening);
      throw error;
    }
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const opening of await Promise.allSettled(all)) if (opening.status === 'fulfilled') opening.value.close();
  }

  /** Several acts may meet the same failure; by then another one may have dialled anew, and that connection stays. */
  #drop(id: string, opening: Promise<RedisConnection>): void {
    if (this.#open.get(id) === opening) this.#open.delete(id);
    opening.then((redis) => redis.close()).catch(() => undefined);
  }

  #password(): Secret {
    const found = this.#secrets.lookup('vigie');
    if (found === undefined) throw new VigieError('CREDENTIALS_MISSING', 'the password of the operator (user vigie) is not here');
    return new Secret(found.value);
  }
}
