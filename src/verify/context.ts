// What the checks share: one look at the deployment, and the connections, each opened once and used by all.

import type { Deployment, Node, ProxyNode } from '../desired/deployment.ts';
import type { Snapshot } from '../observed/snapshot.ts';
import { Secret } from '../shared/secret.ts';
import type { SecretValues } from '../shared/template.ts';
import { type RedisConnection, connectRedis } from '../target/redis.ts';
import type { Target } from '../target/target.ts';
import { Unclear } from './check.ts';

export interface VerifyContext {
  deployment: Deployment;
  target: Target;
  secrets: SecretValues;
  timeoutMs: number;
  connections: Connections;
  snapshot: Promise<Snapshot>;
  /** Of every key that is written: a name of its own for this run. */
  keyPrefix: string;
}

export class Connections {
  readonly #target: Target;
  readonly #secrets: SecretValues;
  readonly #timeoutMs: number;
  readonly #shared = new Map<string, Promise<RedisConnection>>();
  readonly #open: RedisConnection[] = [];
  #closed = false;

  constructor(target: Target, secrets: SecretValues, timeoutMs: number) {
    this.#target = target;
    this.#secrets = secrets;
    this.#timeoutMs = timeoutMs;
  }

  /** A connection to the node itself, as this user, shared by all checks. */
  node(node: Node, user: string): Promise<RedisConnection> {
    return this.#once(`${node.id} ${user}`, async () => this.#target.redis(node, { user, password: this.password(user) }, this.#timeoutMs));
  }

  /** The one connection through an endpoint as the application, shared. */
  endpoint(proxy: ProxyNode, which: 'write' | 'read'): Promise<RedisConnection> {
    return this.#once(`${proxy.id} ${which}`, () => this.dialEndpoint(proxy, which));
  }

  /** A further connection through an endpoint as the application. */
  async dialEndpoint(proxy: ProxyNode, which: 'write' | 'read'): Promise<RedisConnection> {
    const port = which === 'write' ? proxy.port : proxy.readPort;
    const { transport } = this.#target.machineOf(proxy);
    return this.#keep(
      await connectRedis({
        dial: () => transport.dial(proxy.address, port, this.#timeoutMs),
        where: `the ${which} endpoint ${proxy.address}:${port}`,
        login: { user: 'default', password: this.password('default') },
        timeoutMs: this.#timeoutMs,
      }),
    );
  }

  password(user: string): Secret {
    const found = this.#secrets.lookup(user);
    if (found === undefined) throw new Unclear(`the password of user ${user} is not here`);
    return new Secret(found.value);
  }

  close(): void {
    this.#closed = true;
    for (const connection of this.#open) connection.close();
  }

  #once(key: string, open: () => Promise<RedisConnection>): Promise<RedisConnection> {
    const existing = this.#shared.get(key);
    if (existing) return existing;
    const opening = open().then((connection) => this.#keep(connection));
    this.#shared.set(key, opening);
    return opening;
  }

  /** One that opens after its check ran out of time is closed at once. */
  #keep(connection: RedisConnection): RedisConnection {
    this.#open.push(connection);
    if (this.#closed) connection.close();
    return connection;
  }
}
