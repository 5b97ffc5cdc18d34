import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { shellQuote } from '../shared/shell.ts';
import { composeProgram } from './program.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'vigie program '));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const run = (acts: Parameters<typeof composeProgram>[0], stdin?: string) => {
  const composed = composeProgram(acts);
  return spawnSync('sh', ['-c', composed.program], { input: stdin ?? composed.stdin, encoding: 'utf8' });
};
const at = (name: string) => shellQuote(join(dir, name));

test('files arrive byte for byte, with their mode, and each act is announced', () => {
  const hostile = 'a\'b"c $(touch pwned) `x` \\n %s\n\n  spaces  \n=== end of file 0 ===\nlast line without end';
  const result = run([
    { id: 'write/one', fragment: `put ${at('one')} 600 "$MARK"\nput ${at('two')} 640 "$MARK"`, values: [hostile, ''] },
    { id: 'echo/three', fragment: 'echo this is not shown', values: [] },
  ]);
  expect(result.stdout).toBe('act write/one begin\nact write/one done\nact echo/three begin\nact echo/three done\n');
  expect(result.status).toBe(0);
  expect(readFileSync(join(dir, 'one'), 'utf8')).toBe(`${hostile}\n`);
  expect(readFileSync(join(dir, 'two'), 'utf8')).toBe('\n');
  expect(statSync(join(dir, 'one')).mode & 0o777).toBe(0o600);
  expect(statSync(join(dir, 'two')).mode & 0o777).toBe(0o640);
});

test('a seed is written only where no file is, and what follows it still arrives', () => {
  writeFileSync(join(dir, 'one'), 'the server wrote this');
  run([{ id: 'w', fragment: `seed ${at('one')} 600 "$MARK"\nseed ${at('two')} 600 "$MARK"`, values: ['ours\n', 'second\n'] }]);
  expect(readFileSync(join(dir, 'one'), 'utf8')).toBe('the server wrote this');
  expect(readFileSync(join(dir, 'two'), 'utf8')).toBe('second\n');
});

test('a failed act says why on one line, nothing after it is begun, and the program fails', () => {
  const result = run([
    { id: 'a', fragment: 'echo first >&2; false; echo not reached', values: [] },
    { id: 'b', fragment: `: > ${at('b')}`, values: [] },
  ]);
  expect(result.stdout).toBe('act a begin\nact a failed first\n');
  expect(result.status).toBe(1);
  expect(() => statSync(join(dir, 'b'))).toThrow();
});

test('input that ends early leaves no half of a file', () => {
  const acts = [{ id: 'w', fragment: `put ${at('one')} 600 "$MARK"`, values: ['line 1\nline 2\n'] }];
  const whole = composeProgram(acts).stdin;
  const result = run(acts, whole.slice(0, 10));
  expect(result.status).toBe(1);
  expect(() => statSync(join(dir, 'one'))).toThrow();
});

test('the program itself holds no value, and dash takes it as POSIX sh', () => {
  const { program } = composeProgram([{ id: 'w', fragment: `put ${at('one')} 600 "$MARK"`, values: ['masterauth {{secret:replica}}\n'] }]);
  expect(program).not.toContain('masterauth');
  execFileSync('dash', ['-n', '-c', program]);
});
