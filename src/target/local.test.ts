import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { allNodes } from '../desired/deployment.ts';
import { refuseDeadlyCommands } from './haproxy.ts';
import { localTarget, localTransport } from './local.ts';
import { openTarget } from './open.ts';

const run: typeof localTransport.run = (program, options) => localTransport.run(program, options);
const readFile: typeof localTransport.readFile = (path) => localTransport.readFile(path);
const writeFile: typeof localTransport.writeFile = (path, text, options) => localTransport.writeFile(path, text, options);
const dial: typeof localTransport.dial = (address, port, timeoutMs) => localTransport.dial(address, port, timeoutMs);
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigie-local-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('a program', () => {
  it('gets its input, and gives its output, lines and exit code', async () => {
    const lines: string[] = [];
    const result = await run('cat; echo "at the end"; echo wrong >&2; exit 3', { stdin: 'één\ntwee\n', onLine: (line) => lines.push(line) });
    expect(result).toEqual({ exitCode: 3, stdout: 'één\ntwee\nat the end\n', stderr: 'wrong\n' });
    expect(lines).toEqual(['één', 'twee', 'at the end']);
  });

  it('may leave its input unread', async () => {
    expect(await run('exit 0', { stdin: 'x'.repeat(1_000_000) })).toMatchObject({ exitCode: 0 });
  });

  it('makes private files, and does not see our passwords', async () => {
    process.env.VIGIE_TEST_PASSWORD = 'hunter22';
    const result = await run(`echo > '${folder}/f'; env`);
    delete process.env.VIGIE_TEST_PASSWORD;
    expect(statSync(join(folder, 'f')).mode & 0o777).toBe(0o600);
    expect(result.stdout).toContain('PATH=');
    expect(result.stdout).not.toContain('hunter22');
  });

  it('ends at its deadline, though a child holds its output open', async () => {
    const startedMs = performance.now();
    const result = await run('echo begun; sleep 5; echo never', { timeoutMs: 200 });
    expect(result).toEqual({ exitCode: 124, stdout: 'begun\n', stderr: 'not done within 200 ms\n' });
    expect(performance.now() - startedMs).toBeLessThan(3000);
  });

  it('can be interrupted', async () => {
    const interrupt = new AbortController();
    const running = run('echo begun; sleep 5', { signal: interrupt.signal, onLine: () => interrupt.abort() });
    expect(await running).toMatchObject({ exitCode: 130 });
    expect(await run('echo never', { signal: interrupt.signal })).toMatchObject({ exitCode: 130 });
  });

  it('that cannot be run at all is an error', async () => {
    await expect(run(`: ${'x'.repeat(3_000_000)}`)).rejects.toMatchObject({ code: 'HOST_UNREACHABLE' });
  });
});

describe('a file', () => {
  it('is written whole, with its mode, and leaves nothing beside it', async () => {
    const path = join(folder, 'deep', 'er', 'users.acl');
    expect(await readFile(path)).toBeUndefined();
    const umask = process.umask(0o077);
    await writeFile(path, 'ü\n', { mode: 0o644 }).finally(() => process.umask(umask));
    expect(await readFile(path)).toBe('ü\n');
    expect(statSync(path).mode & 0o777).toBe(0o644);
    await writeFile(path, 'two', { mode: 0o600 });
    expect([await readFile(path), statSync(path).mode & 0o777]).toEqual(['two', 0o600]);
    expect(readdirSync(join(folder, 'deep', 'er'))).toEqual(['users.acl']);
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
  });

  it('that cannot be written leaves the old one, and nothing beside it', async () => {
    await writeFile(join(folder, 'taken', 'old'), 'old', { mode: 0o600 });
    await expect(writeFile(join(folder, 'taken'), 'new', { mode: 0o600 })).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect([readdirSync(folder), await readFile(join(folder, 'taken', 'old'))]).toEqual([['taken'], 'old']);
  });
});

describe('a dialled address', () => {
  it('gives a stream', async () => {
    const server = createServer((socket) => socket.end('hello')).listen(26344, '127.0.0.1');
    await once(server, 'listening');
    const stream = await dial('127.0.0.1', 26344, 1000);
    expect(String((await once(stream, 'data'))[0])).toBe('hello');
    stream.destroy();
    server.close();
  });

  it('refuses', async () => {
    await expect(dial('127.0.0.1', 26345, 1000)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('the target', () => {
  const deployment = exampleDeployment({ portBase: 26300 });

  it('is one machine for all nodes', () => {
    const target = localTarget(deployment, folder);
    expect(target.machines.map(({ id }) => id)).toEqual(['local']);
    for (const node of allNodes(deployment)) expect(target.machineOf(node).dirOf(node.id)).toBe(`${folder}/nodes/${node.id}`);
  });

  it.each(['ssh', 'compose', 'kubernetes'] as const)('%s comes later', (target) => {
    expect(() => openTarget({ ...deployment, target }, folder)).toThrow(
      expect.objectContaining({ code: 'TARGET_UNAVAILABLE', next: expect.stringContaining('--target local') }),
    );
  });

  it('names an absent runtime socket', async () => {
    const [proxy] = deployment.proxies;
    await expect(localTarget(deployment, folder).haproxy(proxy as never, 500)).rejects.toMatchObject({ name: 'HaproxyUnreachable', why: 'refused' });
  });
});

it.each([
  'set maxconn frontend f 10',
  'show info; set  maxconn frontend f 10',
  '@1 set maxconn frontend f 10',
  'SET MAXCONN FRONTEND f 1',
  'set maxconn front f 1',
])('never sends %j', (line) => {
  expect(() => refuseDeadlyCommands(line)).toThrow('never sent');
});

it('sends what only resembles it', () => {
  expect(() => refuseDeadlyCommands('set maxconn server write/redis-1 10;show info')).not.toThrow();
});
