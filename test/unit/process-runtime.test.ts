// The runtime `process` on real processes: start, stop and facts, whatever the directory is called and whoever asks twice.

import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Service } from '../../src/desired/service.ts';
import { type RawServiceFacts, parseServiceFacts } from '../../src/observed/service-facts.ts';
import { processRuntime } from '../../src/target/process-runtime.ts';

const run = promisify(execFile);
let root: string;
let service: Service;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "vigie it's $(a) `b` runtime-"));
  service = sleeper('node-1');
});

afterEach(async () => {
  const { pid } = await facts();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
  await rm(root, { recursive: true, force: true });
});

function sleeper(id: string, script = 'trap "exit 0" TERM; echo "hello $1${VIGIE_TEST_PASSWORD-}"; while :; do sleep 0.05; done'): Service {
  return {
    id,
    dir: join(root, id),
    command: ['sh', '-c', script, 'sleeper', "it's $HOME"],
    log: 'service.log',
    stopTimeoutMs: 5000,
    files: ['a.conf', 'b.conf'],
    privateDirs: [],
    ownLogs: [],
  };
}

async function sh(program: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { stdout, stderr } = await run('sh', ['-c', program], { env: { ...process.env, ...env } });
  return stdout + stderr;
}

async function facts() {
  return parseServiceFacts(await sh(processRuntime.facts(service)))['node-1'] as RawServiceFacts;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > end) throw new Error('waited in vain');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test('absent, started, started again, stopped, stopped again', async () => {
  expect(await facts()).toMatchObject({ state: 'absent' });
  await sh(processRuntime.start(service));
  const first = await facts();
  expect(first.state).toBe('running');
  await sh(processRuntime.start(service));
  expect((await facts()).pid).toBe(first.pid);
  await until(async () => (await readFile(join(service.dir, 'service.log'), 'utf8')) === "hello it's $HOME\n");
  await sh(processRuntime.stop(service));
  expect(await facts()).toMatchObject({ state: 'stopped' });
  await sh(processRuntime.stop(service));
  await sh(processRuntime.start(service));
  expect((await facts()).pid).not.toBe(first.pid);
});

test('keeps nothing of ours: a session of its own, no input, no environment, files for us alone', async () => {
  await sh(processRuntime.start(service), { VIGIE_TEST_PASSWORD: 'secret-in-our-environment' });
  await until(async () => (await readFile(join(service.dir, 'service.log'), 'utf8')) === "hello it's $HOME\n");
  const { pid } = await facts();
  const { stdout } = await run('ps', ['-o', 'sess=', '-p', String(pid)]);
  expect(stdout.trim()).toBe(String(pid));
  for (const name of ['', 'service.pid', 'service.log']) expect((await stat(join(service.dir, name))).mode & 0o077).toBe(0);
});

test('works inside a program that keeps its output and reads its input', async () => {
  const out = await sh(`printf 'kept\\n' | { said=$(exec 2>&1; set -e; ${processRuntime.start(service)}); echo "status $?"; cat; }`);
  expect(out).toBe('status 0\nkept\n');
});

test('a pid that belongs to somebody else now is not ours', async () => {
  await mkdir(service.dir, { recursive: true });
  await writeFile(join(service.dir, 'service.pid'), `${process.pid} some-other-birth\n`);
  expect(await facts()).toMatchObject({ state: 'stopped' });
  await sh(processRuntime.stop(service));
  await sh(processRuntime.start(service));
  expect((await facts()).pid).not.toBe(process.pid);
});

test('does not kill what does not stop: fails and names the pid', async () => {
  service = { ...sleeper('node-1', 'trap "" TERM; echo deaf; while :; do sleep 0.05; done'), stopTimeoutMs: 200 };
  await sh(processRuntime.start(service));
  await until(async () => (await readFile(join(service.dir, 'service.log'), 'utf8')) === 'deaf\n');
  const { pid } = await facts();
  await expect(sh(processRuntime.stop(service))).rejects.toThrow(`node-1: pid ${pid} did not stop within`);
  expect((await facts()).pid).toBe(pid);
});

test('names a missing program', async () => {
  service = { ...service, command: ['no-such-program-here', '-x'] };
  await expect(sh(processRuntime.start(service))).rejects.toThrow('node-1: there is no no-such-program-here on this machine');
});

test('turns a large log over', async () => {
  await mkdir(service.dir, { recursive: true });
  await writeFile(join(service.dir, 'service.log'), 'old');
  await truncate(join(service.dir, 'service.log'), 11 * 1024 * 1024);
  await sh(processRuntime.start(service));
  await until(async () => (await readFile(join(service.dir, 'service.log'), 'utf8')).startsWith('hello'));
  expect((await stat(join(service.dir, 'service.log.1'))).size).toBe(11 * 1024 * 1024);
});

test('a folder outside must be private: made, mended, or refused when it is a link', async () => {
  const outside = join(root, 'socket');
  service = { ...service, privateDirs: [outside] };
  await mkdir(outside);
  await chmod(outside, 0o755);
  await sh(processRuntime.start(service));
  expect((await stat(outside)).mode & 0o777).toBe(0o700);
  await sh(processRuntime.stop(service));
  await rm(outside, { recursive: true });
  await symlink('/tmp', outside);
  await expect(sh(processRuntime.start(service))).rejects.toThrow('is not a private directory of this user');
});

test('tells what lies there: files with their hash, data, journal, the last sentence', async () => {
  await mkdir(join(service.dir, 'data', 'appendonlydir'), { recursive: true });
  await writeFile(join(service.dir, 'a.conf'), 'abc');
  await writeFile(join(service.dir, 'data', 'dump.rdb'), '12345');
  await writeFile(join(service.dir, 'data', 'temp-77.rdb'), '12345');
  await writeFile(join(service.dir, 'data', 'appendonlydir', 'appendonly.aof.1.incr.aof'), '123');
  await writeFile(join(service.dir, 'redis.pid'), '1\n');
  await writeFile(join(service.dir, 'journal'), `${'c'.repeat(40)} 7 7 master 9\n`);
  await writeFile(join(service.dir, 'gate.said'), 'Waits: a\nservice.node-1\tstate\trunning\n');
  expect(await facts()).toEqual({
    state: 'stopped',
    cleanStop: false,
    dataBytes: 8,
    gateSaid: 'Waits: a',
    journal: { replicationId: 'c'.repeat(40), offset: 7, durableOffset: 7, role: 'master', atMs: 9 },
    files: { 'a.conf': { sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' } },
  });
});
