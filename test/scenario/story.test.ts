// The story as a user tells it, through the command line: up from nothing, proved, changed, broken, healed, down and up again, gone.

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Status } from '../../src/observed/status.ts';
import { type Place, place } from '../harness/cli.ts';

const base = 26600;
let here: Place;
const topology = (more = '') => `name: story
mode: sentinel
target: local
profile: dev
portBase: ${base}
redis: { on: [a, b, c], persistence: aof, maxmemory: 64mb${more} }
sentinel: { on: [a, b, c] }
proxy: { on: [a] }
`;

interface PlanDocument {
  steps: { id: string; kind: string; node: string | null; sentence: string; reason: string; risk: string }[];
  refused: { code: string; sentence: string; next: string }[];
}
interface Verification {
  passed: number;
  failed: number;
  checks: { id: string; result: string }[];
}

beforeAll(() => {
  here = place();
  here.write('vigie.yaml', topology());
});
afterAll(() => here.end());

const cli = async (where: string, ...command: string[]): Promise<string> => {
  const ran = await here.vigie('connect', where, ...command);
  expect(ran.stderr).toBe('');
  return ran.stdout.trim();
};

/** Path, size and time of every file below the nodes, data and logs aside. */
const files = (): string[] => {
  const nodes = join(here.home, 'story', 'nodes');
  return readdirSync(nodes, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.log$|journal$|[/]data/.test(join(entry.parentPath, entry.name)))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).size} ${statSync(path).mtimeMs}`)
    .sort();
};

test('a plan is shown first and changes nothing', async () => {
  const plan = await here.json<PlanDocument>('plan', '--json');
  expect(plan.refused).toEqual([]);
  expect(plan.steps.map((step) => step.id)).toContain('start/redis-a');
  for (const step of plan.steps) expect(Object.keys(step)).toEqual(['id', 'kind', 'node', 'stage', 'sentence', 'reason', 'risk']);
  expect((await here.vigie('plan')).code).toBe(2);
  expect(here.pids()).toEqual({});
});

test('apply asks, and without a terminal says so', async () => {
  const ran = await here.vigie('apply');
  expect(ran.code).toBe(64);
  expect(ran.stderr).toContain('NO_TERMINAL');
  expect(here.pids()).toEqual({});
});

test('apply makes it so, and verify proves it', async () => {
  const ran = await here.vigie('apply', '--yes');
  expect(ran.stderr + ran.stdout).toContain('done');
  expect(ran.code).toBe(0);
  const proof = await here.json<Verification>('verify', '--json');
  expect(proof.checks.filter((check) => check.result !== 'pass')).toEqual([]);
  expect(proof.passed).toBeGreaterThan(10);
  const status = await here.json<Status>('status', '--json');
  expect(status).toMatchObject({ name: 'story', mode: 'sentinel', state: 'ok', diagnoses: [] });
  expect(status.nodes.map(({ role, link }) => `${role} ${link}`)).toEqual(['master master', 'replica up', 'replica up']);
  expect(status.proxies[0]).toMatchObject({ write: { state: 'open', to: 'redis-a' }, read: { to: ['redis-b', 'redis-c'] } });
});

test('applying again does nothing: no step, the same processes, no file touched', async () => {
  const pids = here.pids();
  const before = files();
  expect(await here.json<PlanDocument>('plan', '--json')).toMatchObject({ steps: [], refused: [] });
  const ran = await here.vigie('apply', '--yes');
  expect(ran.code).toBe(0);
  expect(ran.stdout).toBe('story is as asked: nothing to do\n');
  expect((await here.vigie('plan')).code).toBe(0);
  expect(here.pids()).toEqual(pids);
  expect(files()).toEqual(before);
});

describe('secrets', () => {
  const passwords = (): string[] =>
    readdirSync(join(here.home, 'story', 'credentials')).map((user) => readFileSync(join(here.home, 'story', 'credentials', user), 'utf8'));

  test('no generated password is in an argument, an environment, a log, a document or a file wider than 0600', async () => {
    const secrets = passwords();
    expect(secrets.length).toBeGreaterThanOrEqual(7);
    expect(new Set(secrets).size).toBe(secrets.length);
    const ps = execFileSync('ps', ['axww', '-o', 'args'], { encoding: 'utf8' });
    const environments = Object.values(here.pids()).map((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8'));
    const documents = await Promise.all(
      [
        ['plan', '--json'],
        ['status', '--json'],
        ['verify', '--json'],
        ['endpoints', '--json'],
        ['endpoints', '--format', 'env'],
        ['audit', '--json'],
        ['logs', '-n', '1000'],
        ['render', '--json'],
      ].map(async (words) => {
        const ran = await here.vigie(...words);
        return ran.stdout + ran.stderr;
      }),
    );
    const wide: string[] = [];
    const told: string[] = [];
    for (const entry of readdirSync(here.dir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const holds = secrets.some((secret) => readFileSync(path).includes(secret));
      if (holds && (statSync(path).mode & 0o077) !== 0) wide.push(path);
      if (holds && /\.(log|jsonl|json)$/.test(path)) told.push(path);
    }
    expect(wide).toEqual([]);
    expect(told).toEqual([]);
    for (const secret of secrets) {
      expect(ps.includes(secret)).toBe(false);
      expect([...environments, ...documents].some((text) => text.includes(secret))).toBe(false);
    }
  });

  test('endpoints --out writes the values, for its owner only', async () => {
    const out = join(here.dir, 'redis.env');
    expect((await here.vigie('endpoints', '--out', out)).code).toBe(0);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    expect(readFileSync(out, 'utf8')).toContain(readFileSync(join(here.home, 'story', 'credentials', 'default'), 'utf8'));
  });
});

test('a changed maxmemory is live on all nodes without a restart', async () => {
  const pids = here.pids();
  here.write('vigie.yaml', topology().replace('64mb', '96mb'));
  const plan = await here.json<PlanDocument>('plan', '--json');
  expect(plan.steps.map((step) => [step.kind, step.risk])).toEqual([1, 2, 3].map(() => ['config-set', 'none']));
  expect((await here.vigie('apply', '--yes')).code).toBe(0);
  for (const id of ['redis-a', 'redis-b', 'redis-c']) expect(await cli(id, 'CONFIG', 'GET', 'maxmemory')).toContain(String(96 * 1024 * 1024));
  expect(here.pids()).toEqual(pids);
  expect((await here.vigie('plan')).code).toBe(0);
});

test.each([
  ['a parameter that needs a restart', topology(', config: { databases: 4 }').replace('64mb', '96mb'), 'RESTART_NEEDED'],
  ['another port', topology().replace('64mb', '96mb').replace('redis: { on: [a, b, c]', 'redis: { on: [a, b, { host: c, port: 26669 }]'), 'NODE_REMOVED'],
  [
    'another base',
    topology()
      .replace('64mb', '96mb')
      .replace(`portBase: ${base}`, `portBase: ${base + 100}`),
    'NODE_MOVED',
  ],
  ['a node less', topology().replace('64mb', '96mb').replace('redis: { on: [a, b, c]', 'redis: { on: [a, b]'), 'NODE_REMOVED'],
  [
    'a lesser mode',
    topology()
      .replace('64mb', '96mb')
      .replace('mode: sentinel', 'mode: replication')
      .replace(/sentinel: .*\n/, ''),
    'MODE_REDUCED',
  ],
])('%s is refused with the reason, and nothing is touched', async (_, text, code) => {
  const pids = here.pids();
  here.write('vigie.yaml', text);
  const plan = await here.json<PlanDocument>('plan', '--json');
  here.write('vigie.yaml', topology().replace('64mb', '96mb'));
  expect(plan.refused.map((refusal) => refusal.code)).toContain(code);
  for (const refusal of plan.refused) expect(refusal.next).not.toBe('');
  expect(here.pids()).toEqual(pids);
});

test('the master is killed: Sentinel promotes, apply heals, the dead one is a replica, a second apply is empty, no key is lost', async () => {
  expect(await cli('write', 'SET', 'kept', 'yes')).toBe('OK');
  const before = here.pids();
  process.kill(pidOf(before, 'redis-a'), 'SIGKILL');
  const ran = await here.vigie('apply', '--yes');
  expect(ran.code, ran.stderr).toBe(0);
  const status = await here.json<Status>('status', '--json');
  expect(status.state).toBe('ok');
  expect(status.nodes.find(({ id }) => id === 'redis-a')).toMatchObject({ role: 'replica', link: 'up' });
  expect(status.proxies[0]?.write.to).not.toBe('redis-a');
  const after = here.pids();
  for (const [id, pid] of Object.entries(after)) expect(pid === before[id]).toBe(id !== 'redis-a');
  expect(await here.json<PlanDocument>('plan', '--json')).toMatchObject({ steps: [], refused: [] });
  expect(await cli('write', 'GET', 'kept')).toBe('yes');
});

test('down stops everything and keeps the data; up brings the same master and the same keys', async () => {
  const before = await here.json<Status>('status', '--json');
  expect((await here.vigie('down', '--yes')).code).toBe(0);
  expect(here.pids()).toEqual({});
  expect((await here.json<Status>('status', '--json')).diagnoses.map(({ code }) => code)).toEqual(['NOT_RUNNING']);
  const ran = await here.vigie('up', '--detach');
  expect(ran.code, ran.stderr).toBe(0);
  expect((await here.json<Status>('status', '--json')).proxies[0]?.write.to).toBe(before.proxies[0]?.write.to);
  expect(await cli('write', 'GET', 'kept')).toBe('yes');
});

test('everything is killed at once: up decides by the journals and loses no key', async () => {
  expect(await cli('write', 'SET', 'after', 'all')).toBe('OK');
  // AOF is on disk at the latest after a second; a longer look than that is not needed to know that it was.
  await expect.poll(async () => (await cli('redis-a', 'INFO', 'persistence')).includes('aof_pending_bio_fsync:0'), { timeout: 10_000 }).toBe(true);
  for (const pid of Object.values(here.pids())) process.kill(pid, 'SIGKILL');
  const ran = await here.vigie('up', '--detach');
  expect(ran.code, ran.stderr).toBe(0);
  expect(await cli('write', 'GET', 'kept')).toBe('yes');
  expect(await cli('write', 'GET', 'after')).toBe('all');
});

test('audit tells who did what; explain tells what a code means', async () => {
  const { entries } = await here.json<{ entries: { command: string; outcome: string; who: string; topology: string; plan: string[] }[] }>('audit', '--json');
  expect(entries.map(({ outcome }) => outcome)).toContain('done');
  expect(entries.every(({ who, topology: hash }) => who !== '' && /^[0-9a-f]{16}$/.test(hash))).toBe(true);
  expect((await here.vigie('explain', 'port_taken')).stdout).toContain('PORT_TAKEN');
  expect((await here.vigie('explain', 'PORT_TAKN')).stderr).toContain('vigie explain PORT_TAKEN');
});

test('purge wants the name, typed; then only the audit is left', async () => {
  expect((await here.vigie('down', '--purge', '--yes')).code).toBe(64);
  expect(Object.keys(here.pids())).not.toEqual([]);
  const ran = await here.vigie('down', '--purge', '--confirm', 'story');
  expect(ran.code, ran.stderr).toBe(0);
  expect(here.pids()).toEqual({});
  // Who removed it stays on record; nothing else does.
  expect(readdirSync(join(here.home, 'story'))).toEqual(['audit.jsonl']);
  expect(readFileSync(join(here.home, 'story', 'audit.jsonl'), 'utf8')).toContain('down --purge');
  expect((await here.vigie('down', '--yes')).code).toBe(64);
});

function pidOf(pids: Record<string, number>, id: string): number {
  const pid = pids[id];
  // 0 would be our own process group.
  if (pid === undefined || pid <= 1) throw new Error(`${id} does not run`);
  return pid;
}
