// `up` in the foreground: it stays, tells what it sees, and takes the deployment down when it is told to, or when nobody is left to tell it.

import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Event } from '../../src/apply/events.ts';
import { type Place, bin, place } from '../harness/cli.ts';

const base = 27200;
let here: Place;
beforeEach(() => {
  here = place();
});
afterEach(() => here.end());

const told = (child: ChildProcess): (() => string) => {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
};
const exit = (child: ChildProcess): Promise<number | null> => new Promise((resolve) => void child.on('exit', (code) => resolve(code)));

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s takes it down; its data stays', async (signal) => {
  const child = here.start('up', '--port-base', `${base}`);
  const text = told(child);
  await expect.poll(text, { timeout: 60_000 }).toMatch(/ok: /);
  expect(Object.keys(here.pids())).toHaveLength(7);
  const ended = exit(child);
  child.kill(signal);
  expect(await ended, text()).toBe(0);
  expect(here.pids()).toEqual({});
  expect((await here.vigie('up', '--detach')).code).toBe(0);
});

test('it is taken down when the process that started it disappears', async () => {
  // A shell that starts the tool and is then killed, as a closed terminal or a killed npm would be.
  const parent = spawn('sh', ['-c', `"${process.execPath}" "${bin}" up --port-base ${base} & echo $!; wait`], {
    cwd: here.dir,
    env: { ...process.env, VIGIE_HOME: here.home, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = told(parent);
  await expect.poll(text, { timeout: 60_000 }).toMatch(/ok: /);
  expect(Object.keys(here.pids())).toHaveLength(7);
  parent.kill('SIGKILL');
  await expect.poll(() => here.pids(), { timeout: 60_000 }).toEqual({});
});

test('events are JSON lines with a schema, and the journal of the run agrees with them', async () => {
  expect((await here.vigie('up', '--detach', '--port-base', `${base}`, '--events', 'events.jsonl')).code).toBe(0);
  const events = readFileSync(`${here.dir}/events.jsonl`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
  expect(events.every((event) => event.schema === 1 && !Number.isNaN(Date.parse(event.at)))).toBe(true);
  expect(events[0]).toMatchObject({ kind: 'run-started', deployment: 'vigie' });
  expect(events.at(-1)).toMatchObject({ kind: 'run-done', outcome: 'done' });
  const done = events.flatMap((event) => (event.kind === 'step-done' ? [event.step] : []));
  expect(done).toEqual(expect.arrayContaining(['start/redis-1', 'start/sentinel-3', 'write-route/proxy-1']));
  const journal = readFileSync(`${here.home}/vigie/journal.jsonl`, 'utf8');
  for (const id of done) expect(journal).toContain(id);
});

test('one change at a time: the holder of the lock is named, --wait waits for it', async () => {
  expect((await here.vigie('up', '--detach', '--port-base', `${base}`)).code).toBe(0);
  const [first, second] = await Promise.all([here.vigie('apply', '--yes', '--wait'), here.vigie('apply', '--yes', '--wait')]);
  expect([first.code, second.code]).toEqual([0, 0]);
});
