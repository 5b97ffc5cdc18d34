// What the schema found wrong, as sentences: one finding per issue, with the key that was meant where one is near.

import type { z } from 'zod';
import { meantKeys } from './meant-key.ts';
import { closest } from './nearest.ts';
import type { Finding, Path } from './problem.ts';
import { isSecretKey } from './secrets.ts';
import { topologySchema } from './schema.ts';
import { nameRule, show } from './schema-fields.ts';
import { childrenOf } from './schema-walk.ts';

/** A finding; the places of the keys that were probably meant, for what depends on them cannot be judged yet; the word that was
 *  probably meant, which can be judged. */
export type IssueFinding = Finding & { meant?: Path[]; instead?: string };

export function issueFindings(issues: readonly z.core.$ZodIssue[], value: unknown): IssueFinding[] {
  return issues.flatMap((issue) => findingsOf(issue, issue.path as Path, value));
}

function findingsOf(issue: z.core.$ZodIssue, path: Path, value: unknown): IssueFinding[] {
  const found = valueAt(value, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.filter((key) => !isSecretKey([...path, key])).map((key) => unknownKey(path, key));
    case 'invalid_union': {
      // The branch that got furthest is the one that was meant: a section that has only a wrong key is still that section.
      const meant = issue.errors.find((branch) => branch.length > 0 && branch.every((inner) => inner.path.length > 0 || inner.code === 'unrecognized_keys'));
      if (meant && typeof found.value === 'object' && found.value !== null)
        return meant.flatMap((inner) => findingsOf(inner, [...path, ...(inner.path as Path)], value));
      if (!found.present) return [missing(path)];
      return [one(path, `${quoted(path)}${wanted(path, found.value)}`)];
    }
    case 'invalid_key':
      return [{ ...one(path, `${show(path.at(-1))} cannot be a name here: ${nameRule}.`), at: 'key' }];
    case 'invalid_type':
      if (!found.present) return [missing(path)];
      return ['object', 'record', 'array'].includes(issue.expected)
        ? [structure(path, issue.expected, found.value)]
        : [one(path, `${quoted(path)}${issue.message}.`)];
    case 'invalid_value': {
      const choices = issue.values.map(String);
      const meant = typeof found.value === 'string' ? closest(found.value, choices) : undefined;
      return [
        {
          ...one(path, `${quoted(path)}${show(found.value)} is not one of ${choices.join(', ')}.`),
          ...(meant === undefined ? {} : { next: `did you mean ${meant}?`, instead: meant }),
        },
      ];
    }
    case 'too_small':
      if (issue.origin === 'array') return [one(path, `${path.join('.')} names nobody.`)];
      return [one(path, `${quoted(path)}${issue.message}.`)];
    default:
      return [one(path, `${quoted(path)}${issue.message}.`)];
  }
}

function unknownKey(path: Path, key: string): IssueFinding {
  const known = childrenOf(topologySchema, path);
  const at: IssueFinding = { level: 'error', path: [...path, key], at: 'key', message: '' };
  if (known.includes(key)) return { ...at, message: `${path.join('.')} says it in two ways.`, next: `keep one of ${known.join(', ')}` };
  const where = path.length === 0 ? 'a topology' : path.filter((step) => typeof step === 'string').join('.');
  const message = `${show(key)} is not a key of ${where}.`;
  const meant = meantKeys(path, key);
  if (meant.length === 0) return { ...at, message, next: `the keys here are ${known.join(', ')}` };
  const names = meant.map((place) => (place.length === path.length + 1 && path.every((step, index) => step === place[index]) ? place.at(-1) : place.join('.')));
  return { ...at, message, next: `did you mean ${names.join(' or ')}?`, meant };
}

/** How a section begins, where people forget it. */
const beginnings: Record<string, string> = {
  redis: 'redis: { on: [1, 2, 3] }',
  sentinel: 'sentinel: { on: [1, 2, 3] }',
  proxy: 'proxy: { on: [1] }',
  vip: 'vip: { address: 10.90.0.10/24 }',
};

function missing(path: Path): Finding {
  return { ...one(path, `${path.join('.')} is missing.`), at: 'key', next: `write ${beginning(path) ?? `${path.at(-1)}: …`}` };
}

function beginning(path: Path): string | undefined {
  const section = path.length <= 2 ? beginnings[String(path[0])] : undefined;
  return path.at(-1) === 'host' ? 'host: NAME' : section;
}

function structure(path: Path, expected: string, value: unknown): IssueFinding {
  const kind = expected === 'array' ? 'a list' : 'a section with keys';
  if (path.length === 0) return one(path, 'this is not a topology: a section with keys is wanted, like `redis: { on: [1, 2, 3] }`.');
  const example = path.at(-1) === 'on' ? ', like [redis-01, redis-02],' : '';
  const found = Array.isArray(value) ? 'a list' : value === null ? 'nothing' : typeof value === 'object' ? 'a section' : 'a value';
  const next = path.length === 1 ? beginning(path) : undefined;
  return { ...one(path, `${quoted(path)}${kind} is wanted${example || ','} not ${found}.`), ...(next === undefined ? {} : { next: `write ${next}` }) };
}

/** For places that may be written in two ways. Never shows the value: it may be a credential. */
function wanted(path: Path, value: unknown): string {
  if (path[0] === 'credentials') return 'write { file: PATH } or { env: NAME }.';
  if (path[0] === 'redis' && path[1] === 'config') return value === null ? "a value is wanted; '' where it is empty on purpose." : 'a plain value is wanted.';
  if (path[0] === 'engine') return 'a version is wanted, like 7, 7.2 or 7.2.5.';
  if (path.at(-1) === 'zone') return `the name of a zone is wanted: ${nameRule}.`;
  const both = path[1] === 'on' && path[0] !== 'proxy' ? ' or {host, port}' : '';
  return `the name of a host${both} is wanted: ${nameRule}.`;
}

function quoted(path: Path): string {
  return path.length === 0 ? '' : `${path.join('.')}: `;
}

function one(path: Path, message: string): Finding {
  return { level: 'error', path, message };
}

function valueAt(value: unknown, path: Path): { present: boolean; value?: unknown } {
  let here: unknown = value;
  for (const step of path) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, step)) return { present: false };
    here = (here as Record<string | number, unknown>)[step];
  }
  return { present: true, value: here };
}
