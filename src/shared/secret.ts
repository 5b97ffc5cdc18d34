// A password on its way through the program. It prints as *** everywhere; only the act that needs the value opens it.

const inspect = Symbol.for('nodejs.util.inspect.custom');

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The clear text. Call it at the last moment: when the byte goes down the connection or into a 0600 file. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }

  [inspect](): string {
    return 'Secret(***)';
  }
}
