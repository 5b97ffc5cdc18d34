// The clock of one look at a deployment, and the words for what it did not see.

import { type Seen, known, unknown } from '../observed/snapshot.ts';
import { messageOf } from '../shared/errors.ts';
import type { Unreachable } from '../shared/unreachable.ts';
import { HaproxyUnreachable } from '../target/haproxy.ts';
import { RedisReplyError, RedisUnreachable } from '../target/redis.ts';

/** The clock of one look: what is not seen when it ends is unknown, and its connection is closed. */
export class Look {
  readonly startedMs = Date.now();
  readonly #deadlineMs: number;
  readonly #endsAt: number;
  readonly #over: Promise<'over'>;
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<{ close(): void }>();
  #isOver = false;

  constructor(deadlineMs: number) {
    this.#deadlineMs = deadlineMs;
    this.#endsAt = performance.now() + deadlineMs;
    let over: (word: 'over') => void = () => {};
    this.#over = new Promise((resolve) => {
      over = resolve;
    });
    this.#timer = setTimeout(() => over('over'), deadlineMs);
  }

  remainingMs(): number {
    return Math.max(1, this.#endsAt - performance.now());
  }

  async see<T>(source: string, ask: () => Promise<T>): Promise<Seen<T>> {
    try {
      const answer = await Promise.race([ask().then((value) => ({ value })), this.#over]);
      if (answer === 'over') return unknown('timeout', `no answer within ${this.#deadlineMs} ms`, source, Date.now());
      return known(answer.value, source, Date.now());
    } catch (error) {
      return unknown(reasonOf(error), messageOf(error), source, Date.now());
    }
  }

  /** Uses a connection and closes it, at the latest when the look is over. */
  async using<C extends { close(): void }, T>(opening: Promise<C>, act: (connection: C) => Promise<T>): Promise<T> {
    const connection = await opening;
    this.#open.add(connection);
    try {
      if (this.#isOver) throw new NotSeen('timeout', `no answer within ${this.#deadlineMs} ms`);
      return await act(connection);
    } finally {
      this.#open.delete(connection);
      connection.close();
    }
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    for (const connection of this.#open) connection.close();
  }
}

/** Something was not seen, for a reason that no error of a connection tells. */
export class NotSeen extends Error {
  readonly why: Unreachable;
  constructor(why: Unreachable, message: string) {
    super(message);
    this.name = 'NotSeen';
    this.why = why;
  }
}

function reasonOf(error: unknown): Unreachable {
  if (error instanceof RedisUnreachable || error instanceof HaproxyUnreachable || error instanceof NotSeen) return error.why;
  return error instanceof RedisReplyError && error.prefix === 'NOPERM' ? 'auth' : 'failed';
}
