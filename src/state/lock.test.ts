import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'rolldown';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { isAlive, startOf } from './alive.ts';
import { createState, openState, type StateFolder } from './home.ts';
import { type LockHolder, lockHolder, takeLock } from './lock.ts';

let home: string;
let folder: StateFolder;
const children: ChildProcess[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'vigie-lock-'));
  folder = openState(home, 'example');
  createState(folder);
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

function pretend(generation: number, holder: Partial<LockHolder> & { pid: number }): void {
  mkdirSync(join(folder.path, 'lock'), { recursive: true });
  const full = { user: 'anna', host: hostname(), command: 'vigie apply', since: '2026-11-21T09:30:00.000Z', ...holder };
  writeFileSync(join(folder.path, 'lock', String(generation)), JSON.stringify(full));
}

/** A living process that is not this one. */
async function otherProcess(): Promise<number> {
  const script = join(home, 'other.cjs');
  writeFileSync(script, "process.send('up'); setInterval(() => {}, 1000);");
  const child = fork(script);
  children.push(child);
  await once(child, 'message');
  return child.pid as number;
}

it('has one holder, who is shown, and is free again', async () => {
  const lock = await takeLock(folder, { command: 'vigie apply' });
  expect(lockHolder(folder)).toMatchObject({ pid: process.pid, command: 'vigie apply', host: hostname() });
  await expect(takeLock(folder, { command: 'vigie down' })).rejects.toMatchObject({
    code: 'LOCKED',
    message: expect.stringContaining(`vigie apply (pid ${process.pid}`),
  });
  lock.release();
  lock.release();
  expect(lockHolder(folder)).toBeUndefined();
  (await takeLock(folder, { command: 'vigie down' })).release();
});

it('waits, and says for whom once', async () => {
  const lock = await takeLock(folder, { command: 'vigie apply' });
  const told: string[] = [];
  const waiting = takeLock(folder, { command: 'vigie down', waitMs: 20_000, onWait: (holder) => told.push(holder.command) });
  setTimeout(() => lock.release(), 300);
  const second = await waiting;
  expect(told).toEqual(['vigie apply']);
  expect(second.generation).toBe(lock.generation + 1);
  second.release();
});

it('ends waiting when it is interrupted', async () => {
  const lock = await takeLock(folder, { command: 'vigie apply' });
  const interrupt = new AbortController();
  const waiting = takeLock(folder, { command: 'vigie down', waitMs: 20_000, signal: interrupt.signal });
  interrupt.abort();
  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' });
  lock.release();
});

it('falls to the next when its holder was killed', async () => {
  const pid = await otherProcess();
  pretend(1, { pid, start: startOf(pid) ?? '' });
  await expect(takeLock(folder, { command: 'vigie apply' })).rejects.toMatchObject({ code: 'LOCKED', message: expect.stringContaining('anna') });
  const [child] = children;
  child?.kill('SIGKILL');
  await once(child as ChildProcess, 'exit');
  (await takeLock(folder, { command: 'vigie apply' })).release();
});

it('is not fooled by a pid that was given out again', async () => {
  const pid = await otherProcess();
  pretend(1, { pid, start: 'another-boot/1' });
  expect(isAlive(pid, 'another-boot/1')).toBe(false);
  (await takeLock(folder, { command: 'vigie apply' })).release();
});

it('does not judge another host', async () => {
  pretend(1, { pid: 1, host: 'elsewhere' });
  await expect(takeLock(folder, { command: 'vigie apply' })).rejects.toMatchObject({ code: 'LOCKED', details: [expect.stringContaining('another host')] });
});

it('does not grow', async () => {
  for (let n = 0; n < 30; n += 1) (await takeLock(folder, { command: 'vigie apply' })).release();
  expect(readdirSync(join(folder.path, 'lock')).length).toBeLessThanOrEqual(10);
});

it('is never held twice by several processes, some of which are killed', async () => {
  const script = join(home, 'contender.mjs');
  // Node 20 runs no TypeScript.
  await build({ input: join(import.meta.dirname, 'lock.ts'), platform: 'node', output: { file: join(home, 'lock.mjs') }, logLevel: 'silent' });
  writeFileSync(
    script,
    `import { mkdirSync, rmdirSync } from 'node:fs';
     import { takeLock } from './lock.mjs';
     const [, , path, inside, turns, dies] = process.argv;
     for (let n = 0; n < Number(turns); n += 1) {
       const lock = await takeLock({ name: 'example', path }, { command: 'contend', waitMs: 60000 });
       mkdirSync(inside); // Fails when somebody else is inside.
       await new Promise((resolve) => setTimeout(resolve, 1));
       rmdirSync(inside);
       if (dies === 'yes' && n === Number(turns) - 1) process.kill(process.pid, 'SIGKILL');
       lock.release();
     }`,
  );
  const ends = await Promise.all(
    ['yes', 'no', 'yes', 'no', 'no'].map(async (dies) => {
      const child = fork(script, [folder.path, join(home, 'inside'), '15', dies], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      children.push(child);
      const [code, signal] = await once(child, 'exit');
      return signal ?? code;
    }),
  );
  expect(ends).toEqual(['SIGKILL', 0, 'SIGKILL', 0, 0]);
  (await takeLock(folder, { command: 'vigie apply' })).release();
}, 60_000);
