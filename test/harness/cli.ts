// The tool as a user runs it: bin/vigie in a folder and a state home of the test's own, taken down and removed at the end.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const bin = fileURLToPath(new URL('../../bin/vigie', import.meta.url));

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Place {
  dir: string;
  home: string;
  /** Runs the tool to its end, without a terminal; 90 s at the most. */
  vigie(...args: string[]): Promise<Ran>;
  /** The same, and its standard output as JSON. */
  json<T>(...args: string[]): Promise<T>;
  /** Starts the tool and leaves it running. */
  start(...args: string[]): ChildProcess;
  write(name: string, text: string): string;
  /** Every process that runs out of this place's state home, by node id (for a home with one deployment). */
  pids(): Record<string, number>;
  /** Kills what still runs, and removes the folder. */
  end(): void;
}

export function place(environment: Record<string, string> = {}): Place {
  const dir = mkdtempSync(join(tmpdir(), 'vigie-cli-'));
  const home = join(dir, 'home');
  const env: NodeJS.ProcessEnv = { ...process.env, NO_COLOR: '1', VIGIE_HOME: home, ...environment };
  // A test says itself when the questions are to be answered with yes.
  delete env['CI'];
  const children: ChildProcess[] = [];

  const vigie = (...args: string[]): Promise<Ran> =>
    new Promise((resolve) => {
      const child = execFile(process.execPath, [bin, ...args], { cwd: dir, env, timeout: 90_000, maxBuffer: 32 * 1024 * 1024 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
      });
      child.stdin?.end();
    });

  return {
    dir,
    home,
    vigie,
    json: async (...args) => {
      const { stdout, stderr } = await vigie(...args);
      try {
        return JSON.parse(stdout);
      } catch (error) {
        throw new Error(`no JSON from vigie ${args.join(' ')}:\n${stdout}\n${stderr}`, { cause: error });
      }
    },
    start: (...args) => {
      const child = spawn(process.execPath, [bin, ...args], { cwd: dir, env, stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      return child;
    },
    write: (name, text) => {
      const path = join(dir, name);
      writeFileSync(path, text);
      return path;
    },
    pids: () => Object.fromEntries(nodesIn(home)),
    end: () => {
      for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
      for (const [, pid] of nodesIn(home)) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // It is gone already.
        }
      }
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Node id and pid, from service.pid of each node of each deployment, where that process lives. */
function nodesIn(home: string): [string, number][] {
  const found: [string, number][] = [];
  if (!existsSync(home)) return found;
  for (const name of readdirSync(home)) {
    const nodes = join(home, name, 'nodes');
    if (!existsSync(nodes)) continue;
    for (const id of readdirSync(nodes)) {
      const file = join(nodes, id, 'service.pid');
      const pid = existsSync(file) ? Number(readFileSync(file, 'utf8').split(' ')[0]) : 0;
      // 0 would be our own process group; a zombie or a reused pid is not the node.
      if (pid > 1 && cwdOf(pid)?.startsWith(join(nodes, id))) found.push([id, pid]);
    }
  }
  return found;
}

function cwdOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}
