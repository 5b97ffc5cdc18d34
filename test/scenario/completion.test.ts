// Completion as a shell asks for it: a real bash sources the script and completes a line; nothing on the line is run.

import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Place, bin, place } from '../harness/cli.ts';

let here: Place;
beforeAll(() => {
  here = place();
  mkdirSync(join(here.dir, 'path'));
  symlinkSync(bin, join(here.dir, 'path', 'vigie'));
  chmodSync(bin, 0o755);
});
afterAll(() => here.end());

const completed = (...words: string[]): string[] => {
  const script = `source <(vigie completion bash); source <(vigie completion bash); COMP_WORDS=(vigie "$@"); COMP_CWORD=$#; _vigie; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const env = { ...process.env, VIGIE_HOME: here.home, PATH: `${join(here.dir, 'path')}:${dirname(process.execPath)}:${process.env['PATH']}` };
  return execFileSync('bash', ['--norc', '-c', script, 'bash', ...words], { cwd: here.dir, env, encoding: 'utf8' })
    .split('\n')
    .filter(Boolean);
};

test('commands, options, choices and codes', () => {
  expect(completed('st')).toEqual(['status']);
  expect(completed('status', '--wa')).toEqual(['--watch']);
  expect(completed('wait', '--for', '')).toEqual(['ok', 'degraded', 'down']);
  expect(completed('explain', 'PORT')).toEqual(['PORT_TAKEN']);
});

test('what stands on the line is not run', () => {
  completed('logs', `$(touch ${join(here.dir, 'pwned')})`, '');
  expect(existsSync(join(here.dir, 'pwned'))).toBe(false);
});

test.each(['zsh', 'fish'])('a script for %s', async (shell) => {
  const ran = await here.vigie('completion', shell);
  expect(ran.code).toBe(0);
  expect(ran.stdout).toContain(`${shell} completion for vigie`);
});
