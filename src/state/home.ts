// Where Vigie keeps what it knows of a deployment: `$VIGIE_HOME/NAME/`, private, with a schema number.

import { chmodSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { VigieError } from '../shared/errors.ts';
import { isCode, makePrivateFolder, readPrivate, writePrivate } from './files.ts';

/** The state folder of one deployment. It may not exist yet: `createState` makes it. */
export interface StateFolder {
  name: string;
  /** Absolute. */
  path: string;
}

/** The schema of the folder that this version writes. */
const schema = 1;

/** `migrations[n]` brings a folder from schema n to n + 1. */
const migrations: Record<number, (path: string) => void> = {};

/** `$VIGIE_HOME`, or `.vigie` beside the topology file, or `.vigie` in the current directory. Absolute. */
export function stateHome(topologyFile: string | undefined, env: NodeJS.ProcessEnv = process.env, cwd: string = process.cwd()): string {
  if (env.VIGIE_HOME) return resolve(cwd, env.VIGIE_HOME);
  return resolve(cwd, topologyFile === undefined ? '.' : dirname(topologyFile), '.vigie');
}

/** Creates nothing. Throws NAME_UNSAFE, and STATE_NEWER for a folder of a later version. */
export function openState(home: string, name: string): StateFolder {
  const path = join(home, safeName(name));
  const found = schemaOf(path);
  if (found !== undefined && found > schema) {
    throw new VigieError('STATE_NEWER', `${path} has schema ${found}; this version knows ${schema}`);
  }
  return { name, path };
}

export function stateExists(folder: StateFolder): boolean {
  return schemaOf(folder.path) !== undefined;
}

/** Makes the folder, or brings an older one to this schema. Call it under the lock when the folder is there already. */
export function createState(folder: StateFolder): void {
  const home = dirname(folder.path);
  makePrivateFolder(folder.path);
  chmodSync(folder.path, 0o700);
  // It holds passwords and often lies in a repository.
  if (readPrivate(join(home, '.gitignore')) === undefined) writePrivate(join(home, '.gitignore'), '*\n');
  const from = schemaOf(folder.path);
  for (let n = from ?? schema; n < schema; n += 1) migrations[n]?.(folder.path);
  if (from !== schema) writePrivate(join(folder.path, 'schema'), `${schema}\n`);
}

/** Names of the deployments in a home, sorted; folders of other things are left out. */
export function listDeployments(home: string): StateFolder[] {
  return entriesOf(home)
    .filter((name) => isSafeName(name) && schemaOf(join(home, name)) !== undefined)
    .sort()
    .map((name) => ({ name, path: join(home, name) }));
}

/** Names come from users and become names of files. */
export function safeName(name: string): string {
  if (!isSafeName(name)) throw new VigieError('NAME_UNSAFE', `${JSON.stringify(name)} cannot be the name of a folder`);
  return name;
}

function isSafeName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name);
}

function schemaOf(path: string): number | undefined {
  const text = readPrivate(join(path, 'schema'));
  if (text === undefined) return undefined;
  const number = Number(text.trim());
  if (!Number.isInteger(number) || number < 1) throw new VigieError('STATE_UNREADABLE', `${path}/schema: no schema number in it`);
  return number;
}

function entriesOf(home: string): string[] {
  try {
    return readdirSync(home);
  } catch (error) {
    if (isCode(error, 'ENOENT', 'ENOTDIR')) return [];
    throw error;
  }
}
