// This machine as a place to run things: programs by sh, files, TCP. All hosts of a local deployment are this one machine.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Deployment } from '../desired/deployment.ts';
import { socketPathOf } from '../desired/paths.ts';
import { VigieError, messageOf } from '../shared/errors.ts';
import { dialTcp } from './dial.ts';
import { connectHaproxy } from './haproxy.ts';
import { processRuntime } from './process-runtime.ts';
import { connectRedis } from './redis.ts';
import type { Machine, RunResult, Target, Transport } from './target.ts';

/** `stateDir` is the absolute state folder of the deployment; its nodes live in `nodes/ID` there. */
export function localTarget(_deployment: Deployment, stateDir: string): Target {
  const machine: Machine = {
    id: 'local',
    transport: localTransport,
    runtime: processRuntime,
    dirOf: (nodeId) => join(stateDir, 'nodes', nodeId),
  };
  return {
    kind: 'local',
    machines: [machine],
    machineOf: () => machine,
    redis: (node, login, timeoutMs) =>
      connectRedis({
        dial: () => machine.transport.dial(node.address, node.port, timeoutMs),
        where: `${node.id} (${node.address}:${node.port})`,
        login,
        timeoutMs,
      }),
    haproxy: (node, timeoutMs) => connectHaproxy({ path: socketPathOf(machine.dirOf(node.id)), where: node.id, timeoutMs }),
    close: async () => {},
  };
}

export const localTransport: Transport = { run, readFile: read, writeFile: write, dial: dialTcp };

/** A program that outlasts its deadline ends with exit code 124, an aborted one with 130. Only the shell itself is ended then: what it
 *  had started may be a Redis on its way up, and that is never killed. (Why not execa: it waits for such children's pipes to close.) */
function run(program: string, options: Parameters<Transport['run']>[1] = {}): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = shell(program);
    let stdout = '';
    let stderr = '';
    let ended = false;

    const end = (result: RunResult) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', aborted);
      resolve(result);
    };
    const cut = (exitCode: number, reason: string) => {
      if (ended) return;
      child.kill('SIGTERM');
      end({ exitCode, stdout, stderr: `${stderr}${reason}\n` });
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      child.unref();
    };
    const timer = options.timeoutMs === undefined ? undefined : setTimeout(cut, options.timeoutMs, 124, `not done within ${options.timeoutMs} ms`);
    const aborted = () => cut(130, 'interrupted');

    child.on('error', (error) => {
      ended = true;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', aborted);
      reject(cannotRun(error));
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    const { onLine } = options;
    if (onLine) createInterface({ input: child.stdout }).on('line', (line) => ended || onLine(line));
    child.on('close', (code, signal) => end({ exitCode: code ?? 1, stdout, stderr: signal ? `${stderr}ended by ${signal}\n` : stderr }));
    // A program that does not read all of its input closes the pipe: that is its own affair.
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin ?? '');

    if (options.signal?.aborted) aborted();
    else options.signal?.addEventListener('abort', aborted, { once: true });
  });
}

function shell(program: string): ChildProcessWithoutNullStreams {
  try {
    return spawn('sh', ['-c', `umask 077\n${program}`], { env: environment(), stdio: 'pipe' });
  } catch (error) {
    // A program too long for the system is told this way.
    throw cannotRun(error);
  }
}

function cannotRun(error: unknown): VigieError {
  return new VigieError('HOST_UNREACHABLE', `this machine could not run a program: ${messageOf(error)}`);
}

/** What programs get to see of our environment: services inherit it for life, and ours may hold passwords (`credentials: {env}`). */
function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'LC_CTYPE', 'TZ', 'TMPDIR', 'TERM', 'XDG_RUNTIME_DIR'];
  const proxies = ['http_proxy', 'https_proxy', 'no_proxy'].filter((name) => !process.env[name]?.includes('@'));
  return Object.fromEntries([...kept, ...proxies].flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

async function read(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
}

async function write(path: string, text: string, { mode }: { mode: number }): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const temporary = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.new`);
  const file = await open(temporary, 'wx', mode);
  try {
    // The umask took bits from the mode given to open.
    await file.chmod(mode);
    await file.writeFile(text);
    await file.sync();
    await file.close();
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A rename is durable once the directory is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
