// Where a deployment runs and how: the two questions (transport, runtime) behind one small contract. Nothing above asks which it is.

import type { Duplex } from 'node:stream';
import type { Node, RuntimeKind, TargetKind } from '../desired/deployment.ts';
import type { Service } from '../desired/service.ts';
import type { Secret } from '../shared/secret.ts';
import type { HaproxyConnection } from './haproxy.ts';
import type { RedisConnection } from './redis.ts';

export type { Service };

export interface RunResult {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Where: runs a POSIX sh program, reads and writes files, dials TCP as seen from there. */
export interface Transport {
  /** Runs `program` with sh. Secrets and file contents travel on `stdin`, never in the program. `onLine` gets each line of
   *  stdout as it comes. Rejects with HOST_UNREACHABLE only when the program could not be run at all; a failing program is a result. */
  run(program: string, options?: { stdin?: string; onLine?: (line: string) => void; timeoutMs?: number; signal?: AbortSignal }): Promise<RunResult>;
  /** Undefined when there is no such file. */
  readFile(path: string): Promise<string | undefined>;
  /** Atomic (temporary file and rename in the same directory). */
  writeFile(path: string, text: string, options: { mode: number }): Promise<void>;
  dial(address: string, port: number, timeoutMs: number): Promise<Duplex>;
}

/** How: builders of POSIX sh fragments. A fragment fails with a status other than 0 and one line on stderr. */
export interface Runtime {
  kind: RuntimeKind;
  /** Starts in the background and returns at once; does nothing when it runs already. */
  start(service: Service): string;
  /** Asks politely (SIGTERM) and waits until it is gone; never kills; does nothing when it does not run. */
  stop(service: Service): string;
  /** Prints the lines that `parseServiceFacts` (observed/) reads. */
  facts(service: Service): string;
}

export interface Machine {
  id: string;
  transport: Transport;
  runtime: Runtime;
  /** Absolute directory of a node on this machine. */
  dirOf(nodeId: string): string;
}

export interface Target {
  kind: TargetKind;
  machines: Machine[];
  machineOf(node: Node): Machine;
  /** Opens a connection and authenticates; deadline for connect and for each command. Errors are `RedisUnreachable`. */
  redis(node: Node, login: { user: string; password: Secret }, timeoutMs: number): Promise<RedisConnection>;
  /** The runtime socket of a proxy. */
  haproxy(node: Node, timeoutMs: number): Promise<HaproxyConnection>;
  close(): Promise<void>;
}
