// What a user is told when something cannot be done: a code, one message, and the next command to type.

import { codes, type Code } from './codes.ts';

export interface VigieErrorOptions {
  /** The next command to type, or what to change. Falls back to the code's general cure. */
  next?: string;
  cause?: unknown;
  /** Overrides the exit code of the table (rare: a code that is met both while checking and while acting). */
  exit?: number;
  /** Further lines, shown below the message (all problems of a file, the tail of a log). */
  details?: string[];
}

export class VigieError extends Error {
  readonly code: Code;
  readonly next: string;
  readonly exit: number;
  readonly details: string[];

  constructor(code: Code, message: string, options: VigieErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'VigieError';
    this.code = code;
    this.next = options.next ?? codes[code].next;
    this.exit = options.exit ?? codes[code].exit;
    this.details = options.details ?? [];
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
