// Do imports really run one way? The linter is asked about every pair of rooms, and about what a pure room must not touch.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const core = ['shared', 'desired', 'render', 'observed', 'plan'];
const acting = [...core, 'target', 'state'];

/** What DESIGN.md allows, once more and by hand: the rules of the linter are checked against it. */
const mayImport: Record<string, string[]> = {
  shared: [],
  desired: ['shared'],
  render: ['shared', 'desired'],
  observed: ['shared', 'desired', 'render'],
  plan: ['shared', 'desired', 'render', 'observed'],
  target: ['shared', 'desired'],
  state: ['shared', 'desired'],
  observe: acting,
  verify: [...acting, 'observe'],
  apply: [...acting, 'observe', 'verify'],
  operate: acting,
  watch: acting,
  drill: [...acting, 'operate', 'verify'],
  cli: [...acting, 'observe', 'verify', 'apply', 'operate', 'watch', 'drill'],
};
const rooms = Object.keys(mayImport);
const root = path.join(import.meta.dirname, '../..');
let folder: string;
let complaints: Map<string, string[]>;

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vigie-lint-'));
  fs.copyFileSync(path.join(root, '.oxlintrc.jsonc'), path.join(folder, '.oxlintrc.jsonc'));
  for (const [file, text] of Object.entries(cases())) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    fs.writeFileSync(path.join(folder, file), text);
  }
  complaints = lint();
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

test('every room of src/ has its rules', () => {
  expect(fs.readdirSync(path.join(root, 'src')).filter((room) => !rooms.includes(room))).toEqual([]);
});

describe.each(rooms)('%s', (room) => {
  test.each(rooms.filter((other) => other !== room))(`${room} <- %s`, (other) => {
    const expected = mayImport[room]?.includes(other) ? [] : ['no-restricted-imports'];
    for (const form of ['static', 'type', 'dynamic', 'export', 'deeper/static']) {
      const file = `src/${room}/${form}-${other}.ts`;
      expect({ file, complaints: complaints.get(file) ?? [] }).toEqual({ file, complaints: expected });
    }
  });
});

describe.each(core)('%s is pure', (room) => {
  test.each(Object.keys(impure))('%s', (name) => {
    const mayHash = name === 'hash' && ['desired', 'render'].includes(room);
    expect(complaints.get(`src/${room}/impure-${name}.ts`) ?? []).toEqual(mayHash ? [] : [impure[name]?.rule]);
  });

  test('its tests may act, in the same directions', () => {
    expect(complaints.get(`src/${room}/acting.test.ts`)).toBeUndefined();
    expect(complaints.get(`src/${room}/wrong.test.ts`)).toEqual(['no-restricted-imports']);
  });
});

const impure: Record<string, { text: string; rule: string }> = {
  hash: { text: `import { createHash } from 'node:crypto';\nexport const hash = createHash;\n`, rule: 'no-restricted-imports' },
  random: { text: `import { randomBytes } from 'node:crypto';\nexport const random = randomBytes;\n`, rule: 'no-restricted-imports' },
  files: { text: `import fs from 'node:fs';\nexport const files = fs;\n`, rule: 'no-restricted-imports' },
  'child-process': { text: `import type { ChildProcess } from 'node:child_process';\nexport type Child = ChildProcess;\n`, rule: 'no-restricted-imports' },
  'old-name': { text: `import fs from 'fs';\nexport const files = fs;\n`, rule: 'prefer-node-protocol' },
  clock: { text: `export const now = Date.now();\n`, rule: 'no-restricted-properties' },
  dice: { text: `export const dice = Math.random();\n`, rule: 'no-restricted-properties' },
  timer: { text: `export const timer = setTimeout(() => undefined, 1);\n`, rule: 'no-restricted-globals' },
  environment: { text: `export const home = process.env['HOME'];\n`, rule: 'no-restricted-globals' },
};

function cases(): Record<string, string> {
  const files: Record<string, string> = {};
  for (const room of rooms) {
    for (const other of rooms.filter((name) => name !== room)) {
      files[`src/${room}/static-${other}.ts`] = `import { x } from '../${other}/x.ts';\nexport const y = x;\n`;
      files[`src/${room}/deeper/static-${other}.ts`] = `import { x } from '../../${other}/x.ts';\nexport const y = x;\n`;
      files[`src/${room}/type-${other}.ts`] = `import type { X } from '../${other}/x.ts';\nexport type Y = X;\n`;
      files[`src/${room}/dynamic-${other}.ts`] = `export const y = () => import('../${other}/x.ts');\n`;
      files[`src/${room}/export-${other}.ts`] = `export * from '../${other}/x.ts';\n`;
    }
  }
  for (const room of core) {
    for (const [name, { text }] of Object.entries(impure)) files[`src/${room}/impure-${name}.ts`] = text;
    files[`src/${room}/acting.test.ts`] = `import fs from 'node:fs';\nexport const acting = [fs, process.env, Date.now()];\n`;
    files[`src/${room}/wrong.test.ts`] = `import { x } from '../cli/x.ts';\nexport const y = x;\n`;
  }
  return files;
}

/** The names of the rules that complained, per file. */
function lint(): Map<string, string[]> {
  const oxlint = path.join(root, 'node_modules/.bin/oxlint');
  const { stdout } = spawnSync(oxlint, ['--format', 'json'], { cwd: folder, encoding: 'utf8', maxBuffer: 64 << 20 });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  const byFile = new Map<string, string[]>();
  for (const { code, filename } of diagnostics) {
    const rule = /\(([^)]+)\)/.exec(code)?.[1] ?? code;
    byFile.set(filename, [...(byFile.get(filename) ?? []), rule]);
  }
  return byFile;
}
