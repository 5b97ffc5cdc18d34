// Passwords of the service users: from where the topology says, or generated and kept here, one 0600 file each.

import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Deployment } from '../desired/deployment.ts';
import { type ServiceUser, serviceUsers } from '../desired/users.ts';
import { VigieError, messageOf } from '../shared/errors.ts';
import { Secret } from '../shared/secret.ts';
import type { SecretValues } from '../shared/template.ts';
import { isCode, makePrivateFolder, readPrivate, writePrivate } from './files.ts';
import type { StateFolder } from './home.ts';

/** The passwords that are here. Prints as the list of its users. */
export class Credentials implements SecretValues {
  readonly #values: Map<string, { value: string; sha256: string; file?: string }>;

  constructor(values: Iterable<[user: string, value: string, file?: string]>) {
    this.#values = new Map(
      [...values].map(([user, value, file]) => [
        user,
        { value, sha256: createHash('sha256').update(value).digest('hex'), ...(file === undefined ? {} : { file }) },
      ]),
    );
  }

  lookup(user: string): { value: string; sha256: string } | undefined {
    return this.#values.get(user);
  }

  users(): string[] {
    return [...this.#values.keys()];
  }

  secret(user: string): Secret | undefined {
    const found = this.#values.get(user);
    return found && new Secret(found.value);
  }

  /** Absolute path of the file that holds it; undefined when it comes from the environment. */
  fileOf(user: string): string | undefined {
    return this.#values.get(user)?.file;
  }

  toJSON(): string[] {
    return this.users();
  }
}

/** Reads what is here and makes nothing: users without a password are absent. Throws CREDENTIAL_SOURCE when the topology names a source
 *  that gives nothing usable. */
export function loadCredentials(folder: StateFolder, deployment: Deployment, env: NodeJS.ProcessEnv = process.env): Credentials {
  return new Credentials(
    serviceUsers.flatMap((user): [string, string, string?][] => {
      const source = deployment.credentials[user];
      if (source === undefined) return kept(folder, user);
      if ('env' in source) return [[user, usable(user, env[source.env], `the environment variable ${source.env}`)]];
      const file = resolve(dirname(deployment.source.file ?? ''), source.file);
      return [[user, usable(user, readSource(user, file), file), file]];
    }),
  );
}

/** Generates what is missing and keeps it; never touches a password that is here. Only for a deployment that never ran: a live one whose
 *  passwords are elsewhere must not be given new ones. */
export function generateCredentials(folder: StateFolder, deployment: Deployment, env: NodeJS.ProcessEnv = process.env): Credentials {
  const present = loadCredentials(folder, deployment, env);
  makePrivateFolder(join(folder.path, 'credentials'));
  for (const user of serviceUsers) {
    // 24 bytes are 32 characters of A-Z a-z 0-9 _ -.
    if (!present.lookup(user)) writePrivate(pathOf(folder, user), randomBytes(24).toString('base64url'));
  }
  return loadCredentials(folder, deployment, env);
}

function kept(folder: StateFolder, user: ServiceUser): [string, string, string][] {
  const path = pathOf(folder, user);
  const text = readPrivate(path);
  return text === undefined ? [] : [[user, usable(user, text, path), path]];
}

function pathOf(folder: StateFolder, user: ServiceUser): string {
  return join(folder.path, 'credentials', user);
}

function readSource(user: string, path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw new VigieError('CREDENTIAL_SOURCE', `the password of user ${user}: ${messageOf(error)}`);
  }
}

/** It has to pass through redis.conf, sentinel.conf and haproxy.cfg, whose quoting differs; and a short one would be found all over a text
 *  that is being redacted. */
function usable(user: string, text: string | undefined, where: string): string {
  const value = text?.replace(/\r?\n$/, '');
  if (value === undefined || value === '') throw new VigieError('CREDENTIAL_SOURCE', `the password of user ${user}: ${where} is missing or empty`);
  if (!/^[A-Za-z0-9._~+/=:,@-]{8,512}$/.test(value)) {
    throw new VigieError('CREDENTIAL_SOURCE', `the password of user ${user} from ${where} has characters or a length that cannot be used`, {
      next: 'use 8 to 512 letters, digits and . _ ~ + / = : , @ -',
    });
  }
  return value;
}
