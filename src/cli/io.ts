// Where a command's words go: results to standard output, progress and errors to standard error; one JSON document with --json.

import { codes } from '../shared/codes.ts';
import { VigieError, messageOf } from '../shared/errors.ts';
import { type Typed, addressed, addressedLines } from './next.ts';

export interface Io {
  json: boolean;
  verbose: boolean;
  /** Colour and redrawing are for terminals, and never with NO_COLOR. */
  colour: boolean;
  interactive: boolean;
  width: number;
  /** Aborted by Ctrl-C, SIGTERM or SIGHUP. */
  signal: AbortSignal;
  /** Aborted when nobody reads any more: `vigie logs -f | head`, a closed terminal. What only shows ends then; what acts goes on. */
  unread: AbortSignal;
  /** Text for people; the lines `next: …` in it are completed. */
  out(text: string): void;
  err(text: string): void;
  /** A JSON document on standard output; `next` in it is completed. `lines`: on one line. */
  document(value: unknown, how?: 'lines'): void;
  /** A text for people, as `out` would print it. */
  completed(text: string): string;
}

export function makeIo(options: { json?: boolean; verbose?: boolean }, signal: AbortSignal, typed: Typed = { argv: [], words: [] }): Io {
  const plain = process.env['NO_COLOR'] !== undefined && process.env['NO_COLOR'] !== '';
  const unread = new AbortController();
  // Without a listener a broken pipe, or a terminal that is gone (EIO), would end the tool in the middle of its work.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => unread.abort());
  const completed = (text: string): string => addressedLines(text, typed);
  const write = (stream: NodeJS.WriteStream, text: string): void => void stream.write(text.endsWith('\n') ? text : `${text}\n`);
  return {
    json: options.json === true,
    verbose: options.verbose === true,
    colour: process.stdout.isTTY === true && !plain,
    interactive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    width: process.stdout.columns ?? 120,
    signal,
    unread: unread.signal,
    out: (text) => write(process.stdout, completed(text)),
    err: (text) => write(process.stderr, completed(text)),
    document: (value, how) =>
      write(
        process.stdout,
        JSON.stringify(
          value,
          (key, inner: unknown) => (key === 'next' && typeof inner === 'string' ? addressed(inner, typed) : inner),
          how === 'lines' ? undefined : 2,
        ),
      ),
    completed,
  };
}

/** Tells the user what happened and what to type next; returns the exit code. Never a stack trace unless -v, and then on standard error. */
export function report(error: unknown, io: Io): number {
  const known = error instanceof VigieError ? error : new VigieError('INTERNAL', messageOf(error), { cause: error });
  const { code, message, next, details } = known;
  if (io.json) io.document({ schema: 1, error: { code, message, next, ...(details.length > 0 ? { details } : {}) } });
  io.err([`vigie: ${message}`, ...details.map((line) => `  ${line}`), `  ${code} (vigie explain ${code})`, `next: ${next}`].join('\n'));
  if (io.verbose && known.cause instanceof Error) io.err(known.cause.stack ?? known.cause.message);
  else if (io.verbose) io.err(known.stack ?? '');
  return known.exit ?? codes[code].exit;
}

/** Runs `write`; a path of the user's that cannot be written is told as such. */
export function writing<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw new VigieError('USAGE', `${path} cannot be written: ${messageOf(error)}`, { next: 'give another path, or mend its folder and rights', cause: error });
  }
}
