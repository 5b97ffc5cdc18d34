// Whatever a file holds: the readers never throw, and never hand out half of a topology.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadTopology } from './load.ts';
import type { Problem } from './problem.ts';
import { sampleYaml } from './sample.ts';
import { loadServersTsv } from './servers-tsv.ts';
import { loadSource } from './source.ts';

const yaml = `name: kb-redis
target: ssh
hosts: { a: { address: 10.0.0.1, zone: x, ssh: { user: u } }, b: { address: 10.0.0.2 }, c: { address: 10.0.0.3 } }
redis: { on: [a, b, { host: c, port: 6380 }], master: a, maxmemory: 1gb, config: { save: '', client-output-buffer-limit: replica 1gb 1gb 60, maxmemory-clients: 5% } }
sentinel: { on: [a, b, c], quorum: 2, downAfter: 2s, failoverTimeout: 5s }
proxy: { on: [a], write: 6390, holdFor: 10s }
lookout: { lease: 400ms, fastPath: true }
credentials: { default: { file: /x }, vigie: { env: Y } }
vip: { address: 10.0.0.9/24 }
drill: { maxOutage: 2s }
`;
const tsv = `\uFEFFENV\tIP_PUBLIQUE\tHOSTNAME\tIP_PRIVEE\tFQDN\tUSER_SSH\tPOOL\tROLE\tSUBROLE\tDOCKER_STACK\tCORE\tNOTES\r
prod\t1.2.3.4\tredis-01\t10.0.0.1\t\troot\tkb\tredis\tmaster\t\t\té\r
prod\t1.2.3.5\tredis-02\t10.0.0.2\t\troot\tkb\tredis\treplica\tstack\t\t\r
prod\t1.2.3.6\tlb-01\t10.0.0.3\t\troot\tkb\tlb\tinternal-haproxy\t\t\t\r
`;

const pieces = [
  '__proto__',
  'constructor',
  'toString',
  '*a',
  '&a',
  '{{secret:vigie}}',
  '!!binary',
  '<<',
  'null',
  '~',
  '-1',
  '0x1f',
  '1e999',
  '.nan',
  '"',
  "'",
  '\t',
  '\n',
  '\r',
  ': ',
  '- ',
  '[',
  ']',
  '{',
  '}',
  '#',
  '?',
  '|',
  '>',
  '%',
  '\0',
  '\uFEFF',
  '\uD800',
  'é',
  '999999999999999999999',
  '2s',
  'on',
  'redis:',
  'hosts:',
  'password: x',
];
const noise = fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 8 }));

/** A valid file with a few cuts, doublings and insertions. */
function mutated(text: string): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.nat(text.length), fc.nat(12), noise);
  return fc
    .array(edit, { minLength: 1, maxLength: 5 })
    .map((edits) => edits.reduce((now, [at, cut, piece]) => now.slice(0, at) + piece + now.slice(at + cut), text));
}

const anything = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.array(noise, { maxLength: 40 }).map((parts) => parts.join('')),
  mutated(yaml),
  mutated(tsv),
  mutated(sampleYaml()),
);

function sound(loaded: { topology?: unknown; deployment?: unknown; errors: Problem[]; warnings: Problem[] }, file: string): void {
  expect(loaded.topology === undefined).toBe(loaded.errors.length > 0);
  for (const problem of [...loaded.errors, ...loaded.warnings]) {
    expect(problem.file).toBe(file);
    expect(problem.line).toBeGreaterThan(0);
    expect(problem.column).toBeGreaterThan(0);
    expect(problem.message).toMatch(/\S/);
    expect(problem.message).not.toMatch(/undefined|\[object|\n/);
  }
}

test('loadTopology', () =>
  fc.assert(
    fc.property(anything, (text) => sound(loadTopology(text, 'f'), 'f')),
    { numRuns: 1500 },
  ));

test('loadServersTsv', () =>
  fc.assert(
    fc.property(anything, fc.constantFrom(undefined, 'kb', ''), (text, pool) => sound(loadServersTsv(text, 'f', pool === undefined ? {} : { pool }), 'f')),
    { numRuns: 1000 },
  ));

test('loadSource', () =>
  fc.assert(
    fc.property(anything, fc.constantFrom('f', 'f.tsv', 'f.yaml'), fc.constantFrom(undefined, 'local' as const), (text, file, target) => {
      const loaded = loadSource(text, file, target === undefined ? {} : { target });
      sound(loaded, file);
      expect(loaded.deployment === undefined).toBe(loaded.topology === undefined);
    }),
    { numRuns: 1500 },
  ));

test('any plain value', () =>
  fc.assert(
    fc.property(fc.json({ maxDepth: 6 }), (text) => sound(loadTopology(text, 'f'), 'f')),
    { numRuns: 500 },
  ));

test('a secret is refused wherever it is written, and never repeated', () => {
  const place = fc.constantFrom<[string, string]>(
    ['', ''],
    ['redis: { on: [1], ', ' }'],
    ['redis: { on: [1], config: { ', ' } }'],
    ['sentinel: { on: [1], ', ' }'],
    ['credentials: { vigie: { ', ' } }'],
    ['hosts: { a: { ', ' } }'],
    ['vip: { ', ' }'],
    ['nowhere: [{ ', ' }]'],
  );
  const key = fc.constantFrom('password', 'Password', 'requirepass', 'masterauth', 'auth-pass', 'sentinel-pass', 'redis_password', 'secret');
  const secret = fc.stringMatching(/^[a-f]{12}[0-9]{4}$/);
  fc.assert(
    fc.property(place, key, secret, ([before, after], name, value) => {
      const loaded = loadTopology(`mode: standalone\n${before}${name}: ${value}${after}\n`, 'f');
      sound(loaded, 'f');
      expect(loaded.errors.map(({ message }) => message).join()).toContain('secrets are never written into this file');
      expect(JSON.stringify(loaded)).not.toContain(value);
    }),
  );
});

test.each([
  ['brackets', '['.repeat(50_000)],
  ['braces', '{a: '.repeat(20_000)],
  ['dashes', '- '.repeat(20_000)],
  ['a bomb of aliases', bomb()],
])('%s without an end', (_, text) => {
  const loaded = loadTopology(text, 'f');
  expect(loaded.errors).not.toEqual([]);
  sound(loaded, 'f');
});

function bomb(): string {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `a${level}: &a${level} [${level === 0 ? 'x' : Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ')}]`,
  );
  return `${levels.join('\n')}\n`;
}
