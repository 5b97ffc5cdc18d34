// Redis nodes behind their boot gates and their Sentinels, started one by one by a test: only the runtime and the gate, without planner.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { type Deployment, type Node, allNodes } from '../../src/desired/deployment.ts';
import { serviceUsers } from '../../src/desired/users.ts';
import { type RawServiceFacts, parseServiceFacts } from '../../src/observed/service-facts.ts';
import { renderNode } from '../../src/render/node.ts';
import { serviceOf } from '../../src/render/service.ts';
import { type SecretValues, fill } from '../../src/shared/template.ts';
import { processRuntime } from '../../src/target/process-runtime.ts';

export const run = promisify(execFile);
export const secrets: SecretValues = {
  lookup: (user) => ({ value: plain(user), sha256: createHash('sha256').update(plain(user)).digest('hex') }),
  users: () => [...serviceUsers],
};
/** The gate's password is a hard one on purpose; redis.conf and haproxy.cfg take plain ones. */
function plain(user: string): string {
  return user === 'gate' ? 'pw of "gate\\x' : `pw-of-${user}`;
}

export class Lab {
  readonly deployment: Deployment;
  readonly #root: string;
  readonly #pids = new Set<number>();

  constructor(root: string, deployment: Deployment) {
    this.#root = root;
    this.deployment = deployment;
  }

  dirOf(node: Node): string {
    return join(this.#root, 'nodes', node.id);
  }

  async writeFiles(): Promise<void> {
    for (const node of allNodes(this.deployment)) {
      const dir = this.dirOf(node);
      await mkdir(dir, { recursive: true, mode: 0o700 });
      for (const file of renderNode(this.deployment, node, dir)) await writeFile(join(dir, file.path), fill(file.text, secrets), { mode: file.mode });
    }
  }

  async start(node: Node): Promise<void> {
    await run('sh', ['-c', processRuntime.start(this.#service(node))]);
    const { pid } = await this.facts(node);
    if (pid !== undefined) this.#pids.add(pid);
  }

  async stop(node: Node): Promise<void> {
    await run('sh', ['-c', processRuntime.stop(this.#service(node))]);
  }

  /** kill -9, and waits until it is gone. */
  async kill(node: Node): Promise<void> {
    const { pid } = await this.facts(node);
    if (pid === undefined) return;
    process.kill(pid, 'SIGKILL');
    await this.until('the process to be gone', async () => (await this.facts(node)).pid === undefined);
  }

  async facts(node: Node): Promise<RawServiceFacts> {
    const { stdout } = await run('sh', ['-c', processRuntime.facts(this.#service(node))]);
    return parseServiceFacts(stdout)[node.id] as RawServiceFacts;
  }

  async call(node: Node, ...args: string[]): Promise<string> {
    const env = { ...process.env, REDISCLI_AUTH: plain('vigie') };
    const { stdout } = await run('redis-cli', ['-h', node.address, '-p', String(node.port), '--user', 'vigie', ...args], { env, timeout: 5000 });
    return stdout;
  }

  async write(node: Node, from: number, to: number): Promise<void> {
    await this.until('the master to take writes', async () => (await this.call(node, 'SET', 'first', '1')).startsWith('OK'));
    await this.call(node, 'DEL', 'first');
    const said = await this.call(node, 'EVAL', `for i=${from},${to} do redis.call('set','key:'..i,string.rep('x',20)) end return 1`, '0');
    expect(said.trim()).toBe('1');
    await this.call(node, 'WAIT', String(this.deployment.redis.length - 1), '4000');
  }

  async keys(node: Node): Promise<number> {
    return Number(await this.call(node, 'DBSIZE'));
  }

  async priority(node: Node): Promise<string | undefined> {
    return (await this.call(node, 'CONFIG', 'GET', 'replica-priority')).split('\n')[1];
  }

  async inSync(node: Node): Promise<boolean> {
    return /master_link_status:up/.test(await this.call(node, 'INFO', 'replication'));
  }

  /** Ids of the nodes that call themselves master just now. */
  async masters(): Promise<string[]> {
    const roles = await Promise.all(this.deployment.redis.map((node) => this.call(node, 'ROLE').catch(() => '')));
    return this.deployment.redis.filter((_, index) => roles[index]?.startsWith('master')).map((node) => node.id);
  }

  async sentinelsSaid(text: string): Promise<boolean> {
    const logs = await Promise.all(this.deployment.sentinels.map((node) => readFile(join(this.dirOf(node), 'sentinel.log'), 'utf8')));
    return logs.some((log) => log.includes(text));
  }

  async end(): Promise<void> {
    for (const node of allNodes(this.deployment)) {
      const { pid } = await this.facts(node);
      if (pid !== undefined && this.#pids.has(pid)) process.kill(pid, 'SIGKILL');
    }
  }

  /** A Sentinel that was kept from the processor for two seconds does nothing for thirty (TILT), and an aborted failover is tried again after
   *  twice the failover timeout: on a busy machine both may come together. */
  async until(what: string, condition: () => Promise<unknown>, withinMs = 120_000): Promise<void> {
    const end = Date.now() + withinMs;
    for (;;) {
      if (await condition().catch(() => false)) return;
      if (Date.now() > end) throw new Error(`waited in vain for ${what}:\n${await this.#words()}`);
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  }

  /** What the gates said: shown when a wait was in vain. */
  async #words(): Promise<string> {
    const logs = this.deployment.redis.map((node) => readFile(join(this.dirOf(node), 'service.log'), 'utf8').catch(() => ''));
    return (await Promise.all(logs)).map((log, index) => `${this.deployment.redis[index]?.id}: ${log.trim().split('\n').slice(-4).join(' | ')}`).join('\n');
  }

  #service(node: Node) {
    return serviceOf(this.deployment, node, this.dirOf(node));
  }
}
