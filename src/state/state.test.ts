import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { serviceUsers } from '../desired/users.ts';
import { appendAudit, readAudit } from './audit.ts';
import { generateCredentials, loadCredentials } from './credentials.ts';
import { appendLine } from './files.ts';
import { type StateFolder, createState, listDeployments, openState, stateExists, stateHome } from './home.ts';
import { lastRun, startJournal } from './journal.ts';
import { readRecord, topologyHash, writeRecord } from './record.ts';

const deployment = exampleDeployment({ portBase: 26300 });
let home: string;
let folder: StateFolder;
let umask: number;

beforeEach(() => {
  // The widest, so that nothing is private by luck.
  umask = process.umask(0);
  home = join(mkdtempSync(join(tmpdir(), 'vigie-state-')), '.vigie');
  folder = openState(home, 'example');
  createState(folder);
});

afterEach(() => {
  process.umask(umask);
  rmSync(join(home, '..'), { recursive: true, force: true });
});

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('the folder', () => {
  it('lies beside the topology, or where VIGIE_HOME says', () => {
    expect(stateHome('/srv/redis/vigie.yaml', {}, '/home/anna')).toBe('/srv/redis/.vigie');
    expect(stateHome('vigie.yaml', {}, '/home/anna')).toBe('/home/anna/.vigie');
    expect(stateHome(undefined, {}, '/home/anna')).toBe('/home/anna/.vigie');
    expect(stateHome('/srv/redis/vigie.yaml', { VIGIE_HOME: 'state' }, '/home/anna')).toBe('/home/anna/state');
  });

  it('is private, and kept out of repositories', () => {
    expect([modeOf(home), modeOf(folder.path), modeOf(join(folder.path, 'schema'))]).toEqual(['700', '700', '600']);
    expect(readFileSync(join(home, '.gitignore'), 'utf8')).toBe('*\n');
    chmodSync(folder.path, 0o755);
    createState(folder);
    expect(modeOf(folder.path)).toBe('700');
  });

  it.each(['..', '.', '', 'a/b', '../x', '-rf', 'é', 'a b', 'a\n', 'a'.repeat(65)])('refuses the name %j', (name) => {
    expect(() => openState(home, name)).toThrow(expect.objectContaining({ code: 'NAME_UNSAFE' }));
  });

  it('refuses what a newer version wrote, and what is no schema', () => {
    writeFileSync(join(folder.path, 'schema'), '2\n');
    expect(() => openState(home, 'example')).toThrow(expect.objectContaining({ code: 'STATE_NEWER' }));
    writeFileSync(join(folder.path, 'schema'), 'x');
    expect(() => openState(home, 'example')).toThrow(expect.objectContaining({ code: 'STATE_UNREADABLE' }));
  });

  it('lists deployments and nothing else', () => {
    createState(openState(home, 'cache'));
    mkdirSync(join(home, 'other'));
    expect(listDeployments(home).map(({ name }) => name)).toEqual(['cache', 'example']);
    expect(listDeployments(join(home, 'nowhere'))).toEqual([]);
    expect(stateExists(openState(home, 'never'))).toBe(false);
  });
});

describe('the record', () => {
  it('comes back as it was, private', () => {
    expect(readRecord(folder)).toBeUndefined();
    writeRecord(folder, deployment);
    expect(readRecord(folder)).toMatchObject({ deployment, recorded: { portBase: deployment.portBase, ports: { 'redis-1': [deployment.redis[0]?.port] } } });
    expect(modeOf(join(folder.path, 'deployment.json'))).toBe('600');
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it.each(['', '{', 'null', '{"deployment":{}}'])('refuses %j', (text) => {
    writeFileSync(join(folder.path, 'deployment.json'), text);
    expect(() => readRecord(folder)).toThrow(expect.objectContaining({ code: 'STATE_UNREADABLE' }));
  });

  it('has a hash that the order of keys does not change', () => {
    const turned = Object.fromEntries(Object.entries(deployment).toReversed()) as typeof deployment;
    expect(topologyHash(turned)).toBe(topologyHash(deployment));
    expect(topologyHash({ ...deployment, name: 'other' })).not.toBe(topologyHash(deployment));
  });
});

describe('credentials', () => {
  it('are generated once, when told to, each in a private file of its own', () => {
    expect(loadCredentials(folder, deployment).users()).toEqual([]);
    const made = generateCredentials(folder, deployment);
    expect(made.users()).toEqual([...serviceUsers]);
    const values = serviceUsers.map((user) => made.lookup(user)?.value ?? '');
    expect(new Set(values).size).toBe(serviceUsers.length);
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{32,}$/);
    for (const user of serviceUsers) expect(modeOf(join(folder.path, 'credentials', user))).toBe('600');
    expect(modeOf(join(folder.path, 'credentials'))).toBe('700');
    const again = generateCredentials(folder, deployment);
    expect(serviceUsers.map((user) => again.lookup(user)?.value)).toEqual(values);
    expect(again.fileOf('vigie')).toBe(join(folder.path, 'credentials', 'vigie'));
  });

  it('do not print', () => {
    const made = generateCredentials(folder, deployment);
    const shown = `${inspect(made, { depth: 9, showHidden: true })} ${JSON.stringify(made)} ${String(made.secret('vigie'))}`;
    for (const user of serviceUsers) expect(shown).not.toContain(made.lookup(user)?.value);
  });

  it('come from where the topology says', () => {
    const file = join(home, 'app.password');
    writeFileSync(file, 'from-a-file\n');
    const asked = { ...deployment, credentials: { default: { file }, vigie: { env: 'OPERATOR' } } };
    const made = generateCredentials(folder, asked, { OPERATOR: 'from-the-env' });
    expect([made.lookup('default')?.value, made.lookup('vigie')?.value]).toEqual(['from-a-file', 'from-the-env']);
    expect([made.fileOf('default'), made.fileOf('vigie')]).toEqual([file, undefined]);
    expect(readdirSync(join(folder.path, 'credentials')).sort()).toEqual(serviceUsers.filter((user) => user !== 'default' && user !== 'vigie').sort());
  });

  it.each([
    ['a missing file', { file: '/nowhere/password' }, undefined],
    ['a missing variable', { env: 'OPERATOR' }, undefined],
    ['an empty variable', { env: 'OPERATOR' }, ''],
    ['a short one', { env: 'OPERATOR' }, 'short'],
    ['one that breaks out of a quoted word', { env: 'OPERATOR' }, 'long-enough" bind 0.0.0.0'],
    ['two lines', { env: 'OPERATOR' }, 'first-line\nsecond-line'],
  ])('refuse %s, without showing it', (_, source, value) => {
    const asked = { ...deployment, credentials: { vigie: source } };
    let thrown: unknown;
    try {
      loadCredentials(folder, asked, value === undefined ? {} : { OPERATOR: value });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toMatchObject({ code: 'CREDENTIAL_SOURCE' });
    expect(inspect(thrown, { depth: 9 })).not.toContain(value || 'no such text');
  });
});

describe('the journal', () => {
  const steps = [
    { id: 'start/redis-1', sentence: 'start redis-1' },
    { id: 'start/redis-2', sentence: 'start redis-2' },
  ];
  const start = { command: 'vigie apply', topology: 'abc', steps };

  it('tells how the last run ended', () => {
    expect(lastRun(folder)).toBeUndefined();
    const run = startJournal(folder, start, (text) => text.replaceAll('hunter22', '***'));
    expect(lastRun(folder)).toMatchObject({ id: run.id, outcome: 'unfinished', steps: [{ state: 'waiting' }, { state: 'waiting' }] });
    run.step('start/redis-1', 'begun');
    run.step('start/redis-1', 'done');
    run.step('start/redis-2', 'begun');
    run.failed('start/redis-2', 'it said hunter22');
    run.end('failed');
    expect(lastRun(folder)).toMatchObject({ outcome: 'failed', steps: [{ state: 'done' }, { state: 'failed', message: 'it said ***' }] });
    expect(startJournal(folder, start).id).not.toBe(run.id);
    expect(modeOf(join(folder.path, 'journal.jsonl'))).toBe('600');
  });

  it('survives a line that a crash cut short', () => {
    const run = startJournal(folder, start);
    run.step('start/redis-1', 'begun');
    appendFileSync(join(folder.path, 'journal.jsonl'), `{"run":"${run.id}","at":"2026-`);
    expect(lastRun(folder)).toMatchObject({ outcome: 'unfinished', steps: [{ state: 'begun' }, { state: 'waiting' }] });
    const next = startJournal(folder, start);
    next.end('done');
    expect(lastRun(folder)).toMatchObject({ id: next.id, outcome: 'done' });
  });
});

describe('the audit', () => {
  const entry = { command: 'vigie apply', topology: 'abc', plan: ['start redis-1'], outcome: 'done' as const, tookMs: 12 };

  it('adds who, where and when, and never forgets', () => {
    appendAudit(folder, entry);
    appendAudit(folder, { ...entry, outcome: 'failed', error: 'LOCKED: held' });
    expect(readAudit(folder)).toMatchObject([
      { ...entry, who: expect.any(String), host: expect.any(String), at: expect.stringMatching(/^\d{4}-.*Z$/) },
      { outcome: 'failed' },
    ]);
    expect(readAudit(folder, { last: 1 })).toMatchObject([{ outcome: 'failed' }]);
    expect(modeOf(join(folder.path, 'audit.jsonl'))).toBe('600');
  });

  it('is rotated, oldest out', () => {
    const path = join(folder.path, 'some.jsonl');
    for (let n = 0; n < 9; n += 1) appendLine(path, { n }, { maxBytes: 16, keep: 2 });
    expect(
      readdirSync(folder.path)
        .filter((name) => name.startsWith('some'))
        .sort(),
    ).toEqual(['some.jsonl', 'some.jsonl.1', 'some.jsonl.2']);
    expect([path, `${path}.1`, `${path}.2`].map((file) => readFileSync(file, 'utf8').trim().split('\n'))).toEqual([
      ['{"n":8}'],
      ['{"n":6}', '{"n":7}'],
      ['{"n":4}', '{"n":5}'],
    ]);
  });
});
