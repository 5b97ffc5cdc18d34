// Finds secrets that were written into a topology, by the names of their keys. A topology is shared and committed: a password
// in it is refused, and its value never repeated.

import type { Finding } from './problem.ts';

const where =
  'take it out: Vigie makes strong passwords and keeps them in its state folder; for one of your own write credentials: { USER: { file: PATH } } or { env: NAME }, and change it, for it has been in a file';

const secretKey =
  /(password|passwd|passphrase|passwort|motdepasse|secret|requirepass|masterauth|authpass|sentinelpass|keypass|keyfilepass|privatekey|apikey|accesskey|token)$/;

/** Walks a plain value. Names of hosts and of users may sound like anything. */
export function secretFindings(value: unknown, path: (string | number)[] = []): Finding[] {
  if (path.length > 64 || typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => secretFindings(item, [...path, index]));
  return Object.entries(value).flatMap(([key, inner]) => {
    const here = [...path, key];
    if (isSecretKey(here))
      return [
        {
          level: 'error' as const,
          path: here,
          at: 'key' as const,
          message: `${here.join('.')} is a secret, and secrets are never written into this file.`,
          next: where,
        },
      ];
    const text = isCredential(here) && typeof inner !== 'object' && inner !== null;
    if (text)
      return [
        {
          level: 'error' as const,
          path: here,
          at: 'key' as const,
          message: `${here.join('.')} holds a password, and secrets are never written into this file.`,
          next: where,
        },
      ];
    return secretFindings(inner, here);
  });
}

export function isSecretKey(path: readonly (string | number)[]): boolean {
  const names = path.length === 2 && (path[0] === 'hosts' || path[0] === 'credentials');
  const plain = String(path.at(-1))
    .toLowerCase()
    .replaceAll(/[-_. ]/g, '');
  return !names && (secretKey.test(plain) || plain === 'pass' || plain === 'auth' || (plain === 'value' && path[0] === 'credentials'));
}

function isCredential(path: readonly (string | number)[]): boolean {
  return path.length === 2 && path[0] === 'credentials';
}
