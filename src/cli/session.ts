// What a command works with: the deployment (from a file, from the record here, or the embedded default), where it runs, its state folder.

import { existsSync, readFileSync } from 'node:fs';
import { resolve as absolute } from 'node:path';
import type { Deployment } from '../desired/deployment.ts';
import { type Problem, formatProblem } from '../desired/problem.ts';
import { VigieError, messageOf } from '../shared/errors.ts';
import type { Snapshot } from '../observed/snapshot.ts';
import { observe } from '../observe/observe.ts';
import { type Credentials, loadCredentials } from '../state/credentials.ts';
import { type StateFolder, listDeployments, openState, stateHome } from '../state/home.ts';
import { type DeploymentRecord, readRecord } from '../state/record.ts';
import { openTarget } from '../target/open.ts';
import type { Target } from '../target/target.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';

export interface Session {
  deployment: Deployment;
  record: DeploymentRecord | undefined;
  folder: StateFolder;
  target: Target;
  credentials: Credentials;
  observe(deadlineMs?: number): Promise<Snapshot>;
}

export interface SessionOptions {
  /** Only `up` may fall back to the embedded default topology. */
  embedded?: boolean;
}

/** Opens what the command was asked to work on, runs it, and closes every connection behind it. */
export async function withSession<T>(
  file: string | undefined,
  options: CommonOptions,
  io: Io,
  act: (session: Session) => Promise<T>,
  settings: SessionOptions = {},
): Promise<T> {
  const { deployment, record, folder } = await findDeployment(file ?? options.file, options, io, settings);
  const target = openTarget(deployment, folder.path);
  const credentials = loadCredentials(folder, deployment);
  const session: Session = {
    deployment,
    record,
    folder,
    target,
    credentials,
    observe: (deadlineMs) => observe(session.deployment, target, session.credentials, deadlineMs === undefined ? {} : { deadlineMs }),
  };
  try {
    return await act(session);
  } finally {
    await target.close();
  }
}

interface Found {
  deployment: Deployment;
  record: DeploymentRecord | undefined;
  folder: StateFolder;
}

/** -f FILE, else vigie.yaml here, else the deployment recorded here, else (for `up`) the embedded default. */
export async function findDeployment(file: string | undefined, options: CommonOptions, io: Io, settings: SessionOptions = {}): Promise<Found> {
  const given = file ?? (existsSync('vigie.yaml') ? 'vigie.yaml' : undefined);
  if (given !== undefined) return fromFile(given, options, io);
  const home = stateHome(undefined);
  const here = listDeployments(home).filter((folder) => (options.name === undefined || folder.name === options.name) && readRecord(folder) !== undefined);
  if (settings.embedded === true && here.length === 0) return fromEmbedded(options);
  const found = fromRecord(here, home, options);
  // What the embedded default says may have changed since: it is read anew, and the difference shows in the plan.
  return found.deployment.source.kind === 'embedded' ? fromEmbedded({ ...options, name: found.deployment.name }) : found;
}

async function fromFile(file: string, options: CommonOptions, io: Io): Promise<Found> {
  const { loadSource } = await import('../desired/source.ts');
  const settings = {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.inventoryEnv === undefined ? {} : { env: options.inventoryEnv }),
    ...(options.pool === undefined ? {} : { pool: options.pool }),
    ...(options.via === undefined ? {} : { via: options.via }),
    ...(options.target === undefined ? {} : { target: options.target }),
    ...(options.portBase === undefined ? {} : { portBase: options.portBase }),
  };
  const text = readTopology(file);
  const home = stateHome(absolute(file));
  // The name decides where the record lies, and the record decides the ports: hence two passes over the same text.
  const first = loadSource(text, file, settings);
  if (first.deployment === undefined) throw invalid(first.errors, file);
  const folder = openState(home, first.deployment.name);
  const record = readRecord(folder);
  const loaded = record === undefined ? first : loadSource(text, file, { ...settings, recorded: record.recorded });
  warn(loaded.warnings, io);
  if (loaded.deployment === undefined) throw invalid(loaded.errors, file);
  return { deployment: { ...loaded.deployment, source: { ...loaded.deployment.source, file: absolute(file) } }, record, folder };
}

async function fromEmbedded(options: CommonOptions): Promise<Found> {
  const { resolve } = await import('../desired/resolve.ts');
  const { embeddedTopology } = await import('../desired/embedded.ts');
  const folder = openState(stateHome(undefined), options.name ?? embeddedTopology.name ?? 'vigie');
  const record = readRecord(folder);
  const resolved = resolve(
    embeddedTopology,
    { kind: 'embedded' },
    {
      ...(options.name === undefined ? {} : { name: options.name }),
      ...(options.portBase === undefined ? {} : { portBase: options.portBase }),
      ...(record === undefined ? {} : { recorded: record.recorded }),
    },
  );
  if (resolved.deployment === undefined) throw invalid(resolved.errors, 'the embedded default');
  return { deployment: resolved.deployment, record, folder };
}

function fromRecord(here: StateFolder[], home: string, options: CommonOptions): Found {
  const records = here.flatMap((folder) => {
    const record = readRecord(folder);
    return record === undefined ? [] : [{ folder, record }];
  });
  const [found] = records;
  if (found === undefined)
    throw new VigieError(
      'TOPOLOGY_MISSING',
      options.name === undefined ? `there is no vigie.yaml here and no deployment in ${home}` : `there is no deployment ${options.name} in ${home}`,
    );
  if (records.length > 1) {
    const names = records.map(({ folder }) => folder.name);
    throw new VigieError('TOPOLOGY_MISSING', `there are several deployments here: ${names.join(', ')}`, { next: `add --name ${names[0]}` });
  }
  const { deployment } = found.record;
  if (options.portBase !== undefined && options.portBase !== deployment.portBase) {
    throw new VigieError('NODE_MOVED', `${deployment.name} runs on the ports from ${deployment.portBase}, not from ${options.portBase}`, {
      next: `leave --port-base out; or, for another deployment beside it: vigie up --name NAME --port-base ${options.portBase}`,
    });
  }
  return { deployment, record: found.record, folder: found.folder };
}

export function readTopology(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new VigieError('TOPOLOGY_MISSING', `${file} cannot be read: ${messageOf(error)}`, { next: 'give another FILE with -f, or write one: vigie init' });
  }
}

export function invalid(errors: Problem[], file: string): VigieError {
  return new VigieError('TOPOLOGY_INVALID', `${file} has ${errors.length === 1 ? 'an error' : `${errors.length} errors`}`, {
    details: errors.map(formatProblem),
  });
}

export function warn(warnings: Problem[], io: Io): void {
  for (const problem of warnings) io.err(`warning: ${formatProblem(problem)}`);
}
