// What was applied last from here: the deployment as it was resolved then, and the ids and ports that were given out.

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Deployment } from '../desired/deployment.ts';
import { type Recorded, recordedOf } from '../desired/ports.ts';
import { VigieError, messageOf } from '../shared/errors.ts';
import { readPrivate, writePrivate } from './files.ts';
import type { StateFolder } from './home.ts';

export interface DeploymentRecord {
  deployment: Deployment;
  recorded: Recorded;
  /** ISO 8601. */
  recordedAt: string;
}

/** Undefined before the first apply. Throws STATE_UNREADABLE when the file does not hold a record. */
export function readRecord(folder: StateFolder): DeploymentRecord | undefined {
  const path = join(folder.path, 'deployment.json');
  const text = readPrivate(path);
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as DeploymentRecord;
    if (typeof record?.deployment?.name !== 'string' || !Array.isArray(record.deployment.redis)) throw new Error('it holds no deployment');
    return record;
  } catch (error) {
    throw new VigieError('STATE_UNREADABLE', `${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Atomic; the folder must exist (`createState`). */
export function writeRecord(folder: StateFolder, deployment: Deployment): void {
  const record: DeploymentRecord = { deployment, recorded: recordedOf(deployment), recordedAt: new Date().toISOString() };
  writePrivate(join(folder.path, 'deployment.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}

/** SHA-256 of what was asked, whatever the order of its keys: 16 hex digits, for the audit and for people to compare. */
export function topologyHash(deployment: Deployment): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(deployment)))
    .digest('hex')
    .slice(0, 16);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}
