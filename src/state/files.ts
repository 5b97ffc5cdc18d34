// Files of the state folder: private (0600, folders 0700, whatever the umask), and written so that a crash leaves the old or the new one.

import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { VigieError, messageOf } from '../shared/errors.ts';

const newline = 10;

export function makePrivateFolder(path: string): void {
  guard(path, () => {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  });
}

export function writePrivate(path: string, text: string): void {
  guard(path, () => {
    const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.new`);
    const file = openSync(temporary, 'wx', 0o600);
    try {
      fchmodSync(file, 0o600);
      writeSync(file, text);
      fsyncSync(file);
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    } finally {
      closeSync(file);
    }
    syncFolder(dirname(path));
  });
}

/** Undefined when there is no such file. */
export function readPrivate(path: string): string | undefined {
  return guard(path, () => {
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      if (isCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
      throw error;
    }
  });
}

export interface AppendOptions {
  /** Rotate first when the file is this long. */
  maxBytes: number;
  /** Rotated files kept: `FILE.1` is the youngest. */
  keep: number;
  /** Wait until it is on disk. */
  durable?: boolean;
}

/** Adds one JSON line. A line that a crash cut short is closed first, so that it spoils only itself. */
export function appendLine(path: string, record: unknown, options: AppendOptions): void {
  guard(path, () => {
    rotate(path, options);
    const file = openSync(path, 'a+', 0o600);
    try {
      const line = `${JSON.stringify(record)}\n`;
      writeSync(file, endsMidLine(file) ? `\n${line}` : line);
      if (options.durable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
  });
}

/** The records of a file of JSON lines, oldest first; lines that a crash cut short are left out. */
export function readLines(path: string): unknown[] {
  return (readPrivate(path) ?? '').split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

function rotate(path: string, { maxBytes, keep }: AppendOptions): void {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) < maxBytes) return;
  for (let n = keep; n >= 1; n -= 1) {
    const from = n === 1 ? path : `${path}.${n - 1}`;
    if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${path}.${n}`);
  }
}

function endsMidLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(file, last, 0, 1, size - 1) === 1 && last[0] !== newline;
}

/** A rename is durable once the folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function guard<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new VigieError('STATE_UNREADABLE', `${path}: ${messageOf(error)}`, { cause: error });
  }
}
