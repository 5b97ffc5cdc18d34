// A Redis or Sentinel connection, as little of it as Vigie needs: one command, one reply, every failure named.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type * as Ioredis from 'ioredis';
import { messageOf } from '../shared/errors.ts';
import type { Secret } from '../shared/secret.ts';
import type { Unreachable } from '../shared/unreachable.ts';
import { whyOf } from './dial.ts';

export type Reply = string | number | null | Reply[];

export interface RedisConnection {
  /** Sends one command. An error reply of the server rejects with `RedisReplyError`; a lost or silent connection with `RedisUnreachable`. */
  call(command: string, ...args: (string | number)[]): Promise<Reply>;
  close(): void;
}

export class RedisUnreachable extends Error {
  readonly why: Unreachable;
  constructor(why: Unreachable, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'RedisUnreachable';
    this.why = why;
  }
}

/** The server answered, with an error: `-NOREPLICAS …`. `prefix` is its first word. */
export class RedisReplyError extends Error {
  readonly prefix: string;
  constructor(message: string) {
    super(message);
    this.name = 'RedisReplyError';
    this.prefix = message.split(' ', 1)[0] ?? '';
  }
}

export interface RedisDial {
  /** An open stream to the server: a socket, or the far end of a tunnel. Called once. */
  dial: () => Promise<Duplex>;
  /** The node and its address, for messages. */
  where: string;
  login: { user: string; password: Secret };
  /** For connecting, and for each command. */
  timeoutMs: number;
}

/** Connects once and logs in; never retries, never queues. A command without an answer in time ends the connection: whether it was
 *  carried out is unknown. Errors never carry the command or its cause, because a command may hold a password. */
export async function connectRedis(options: RedisDial): Promise<RedisConnection> {
  const [stream, ioredis] = await Promise.all([
    options.dial().catch((error: unknown) => {
      throw new RedisUnreachable(whyOf(error), `${options.where}: ${messageOf(error)}`, error);
    }),
    // Loaded here and not above: commands that speak to no Redis start faster without it.
    import('ioredis'),
  ]);
  stream.on('error', () => {});
  const redis = clientOn(stream, ioredis, options.timeoutMs);
  const call = async (command: string, ...args: (string | number)[]): Promise<Reply> => {
    try {
      return (await redis.call(command, args)) as Reply;
    } catch (error) {
      const named = nameError(error, options);
      if (named instanceof RedisUnreachable && named.why === 'timeout') stream.destroy();
      throw named;
    }
  };
  const connection = { call, close: () => redis.disconnect() };
  try {
    await redis.connect();
    await call('AUTH', options.login.user, options.login.password.reveal());
    return connection;
  } catch (error) {
    connection.close();
    throw loginError(error, options);
  }
}

function clientOn(stream: Duplex, { Redis, AbstractConnector }: Pick<typeof Ioredis, 'Redis' | 'AbstractConnector'>, timeoutMs: number): Ioredis.Redis {
  /** Hands ioredis a stream that is open already, and lets go of it at once: ioredis' own would wait for a silent server. */
  class OpenStream extends AbstractConnector {
    constructor() {
      super(0);
    }
    override connect() {
      return Promise.resolve(asSocket(stream));
    }
    override disconnect() {
      stream.destroy();
    }
  }
  const redis = new Redis({
    Connector: OpenStream,
    lazyConnect: true,
    retryStrategy: null,
    enableOfflineQueue: false,
    enableReadyCheck: false,
    disableClientInfo: true,
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    protocol: 2,
    commandTimeout: timeoutMs,
  });
  // Every failure reaches the command that met it; without a listener ioredis would print it too.
  redis.on('error', () => {});
  return redis;
}

/** ioredis sets socket options; a tunnel has none to set. */
function asSocket(stream: Duplex): Socket {
  if (stream instanceof Socket) return stream;
  return Object.assign(stream, { setNoDelay: () => stream, setKeepAlive: () => stream, setTimeout: () => stream }) as unknown as Socket;
}

function nameError(error: unknown, options: RedisDial): RedisUnreachable | RedisReplyError {
  const message = messageOf(error);
  if (error instanceof Error && error.name === 'ReplyError') {
    if (message.startsWith('LOADING')) return new RedisUnreachable('loading', `${options.where}: ${message}`);
    return new RedisReplyError(message);
  }
  if (message === 'Command timed out') return new RedisUnreachable('timeout', `${options.where}: no answer within ${options.timeoutMs} ms`);
  if (/^Connection is closed|^Command aborted|Stream isn't writeable/.test(message))
    return new RedisUnreachable('gone', `${options.where}: the connection ended`);
  return new RedisUnreachable(whyOf(error), `${options.where}: ${message}`);
}

function loginError(error: unknown, options: RedisDial): RedisUnreachable {
  if (error instanceof RedisUnreachable) return error;
  if (error instanceof RedisReplyError) {
    const why = ['WRONGPASS', 'NOAUTH', 'NOPERM'].includes(error.prefix) ? 'auth' : 'failed';
    return new RedisUnreachable(why, `${options.where}: login as ${options.login.user}: ${error.message}`);
  }
  return nameError(error, options) as RedisUnreachable;
}
