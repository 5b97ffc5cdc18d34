// One command at a time may change a deployment. The lock says who holds it, and goes away with its holder, however that one ends.

import { randomBytes } from 'node:crypto';
import { linkSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { VigieError, messageOf } from '../shared/errors.ts';
import { isAlive, startOf } from './alive.ts';
import { whoAmI } from './audit.ts';
import { isCode, makePrivateFolder, readPrivate, writePrivate } from './files.ts';
import type { StateFolder } from './home.ts';

export interface LockHolder {
  pid: number;
  /** Of the process (alive.ts): a pid is given out again. */
  start?: string;
  user: string;
  host: string;
  command: string;
  /** ISO 8601. */
  since: string;
}

export interface Lock {
  /** Grows with every taking of the lock. */
  generation: number;
  /** Synchronous, so that it also works while the process is ending. Twice is once. */
  release(): void;
}

export interface LockOptions {
  /** As typed. */
  command: string;
  /** How long to wait for the holder; 0 (the default) refuses at once. */
  waitMs?: number;
  /** Told once for each holder that is waited for. */
  onWait?: (holder: LockHolder) => void;
  signal?: AbortSignal;
}

// How it works. The lock is a folder of numbered files; the holder is who wrote the one with the highest number, as long as that process
// lives and has not put `released` in its place. To take it is to create the next number, which only one can do (link fails where a file
// is). A number is never given out twice and the highest is never deleted, so taking over from the dead needs no second lock: there is no
// moment in which two can both have removed a stale one. The file is complete before it has its name.

/** Throws LOCKED, naming the holder, when it is not free (in time). */
export async function takeLock(folder: StateFolder, options: LockOptions): Promise<Lock> {
  const deadlineMs = performance.now() + (options.waitMs ?? 0);
  let told: string | undefined;
  for (;;) {
    const taken = tryTake(folder, options.command);
    if ('release' in taken) return taken;
    if (performance.now() >= deadlineMs) throw lockedBy(folder, taken);
    if (options.signal?.aborted) throw new VigieError('INTERRUPTED', `interrupted while waiting for ${describeHolder(taken)}`);
    const key = `${taken.pid} ${taken.since}`;
    if (key !== told) options.onWait?.(taken);
    told = key;
    await new Promise((resolve) => setTimeout(resolve, 50 + Math.random() * 50));
  }
}

/** Who holds it now; undefined when it is free. */
export function lockHolder(folder: StateFolder): LockHolder | undefined {
  const [highest] = generations(folder);
  return highest === undefined ? undefined : liveHolder(folder, highest);
}

/** `vigie apply (pid 4711, anna on redis-01, since 2026-11-21T09:30:00Z)` */
export function describeHolder(holder: LockHolder): string {
  return `${holder.command} (pid ${holder.pid}, ${holder.user} on ${holder.host}, since ${holder.since})`;
}

function tryTake(folder: StateFolder, command: string): Lock | LockHolder {
  makePrivateFolder(lockFolder(folder));
  for (;;) {
    const [highest = 0] = generations(folder);
    const holder = highest === 0 ? undefined : liveHolder(folder, highest);
    if (holder) return holder;
    const mine = highest + 1;
    if (!create(folder, mine, command)) continue;
    // Somebody who looked long ago may create a number that had been used and tidied away: then a higher one is here.
    if (generations(folder)[0] !== mine) {
      rmSync(generationPath(folder, mine), { force: true });
      continue;
    }
    for (const old of generations(folder)) if (old < mine - 8) rmSync(generationPath(folder, old), { force: true });
    return held(folder, mine);
  }
}

function held(folder: StateFolder, generation: number): Lock {
  let isHeld = true;
  return {
    generation,
    release: () => {
      if (isHeld) writePrivate(generationPath(folder, generation), '"released"\n');
      isHeld = false;
    },
  };
}

function create(folder: StateFolder, generation: number, command: string): boolean {
  const start = startOf(process.pid);
  const holder: LockHolder = {
    pid: process.pid,
    ...(start === undefined ? {} : { start }),
    user: whoAmI(),
    host: hostname(),
    command,
    since: new Date().toISOString(),
  };
  const draft = join(lockFolder(folder), `.draft-${randomBytes(6).toString('hex')}`);
  writePrivate(draft, `${JSON.stringify(holder)}\n`);
  try {
    linkSync(draft, generationPath(folder, generation));
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw new VigieError('STATE_UNREADABLE', `${lockFolder(folder)}: a lock needs hard links: ${messageOf(error)}`, { cause: error });
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The holder of a generation, unless it was released, tidied away, or its process is dead. On another host nobody can say. */
function liveHolder(folder: StateFolder, generation: number): LockHolder | undefined {
  const text = readPrivate(generationPath(folder, generation));
  if (text === undefined) return undefined;
  const holder = parseHolder(text);
  if (!holder) return undefined;
  return holder.host !== hostname() || isAlive(holder.pid, holder.start) ? holder : undefined;
}

function parseHolder(text: string): LockHolder | undefined {
  try {
    const found = JSON.parse(text) as LockHolder;
    return typeof found.pid === 'number' ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Highest first. */
function generations(folder: StateFolder): number[] {
  try {
    return readdirSync(lockFolder(folder))
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => b - a);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return [];
    throw error;
  }
}

function lockedBy(folder: StateFolder, holder: LockHolder): VigieError {
  const elsewhere = holder.host === hostname() ? [] : [`It runs on another host; when it is certainly gone there: rm -r ${lockFolder(folder)}`];
  return new VigieError('LOCKED', `${folder.name} is being changed by ${describeHolder(holder)}`, { details: elsewhere });
}

function lockFolder(folder: StateFolder): string {
  return join(folder.path, 'lock');
}

function generationPath(folder: StateFolder, generation: number): string {
  return join(lockFolder(folder), String(generation));
}
