import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { type PackageManager, installPlan, packagesFor } from './install.ts';

const managers: PackageManager[] = ['apt', 'dnf', 'yum', 'brew'];

describe('packages', () => {
  test.each([
    ['apt', 'redis', ['redis-server', 'redis-sentinel', 'haproxy']],
    ['apt', 'valkey', ['valkey-server', 'valkey-sentinel', 'haproxy']],
    ['dnf', 'redis', ['redis', 'haproxy']],
    ['dnf', 'valkey', ['valkey', 'haproxy']],
    ['yum', 'redis', ['redis', 'haproxy']],
    ['yum', 'valkey', ['valkey', 'haproxy']],
    ['brew', 'redis', ['redis', 'haproxy']],
    ['brew', 'valkey', ['valkey', 'haproxy']],
  ] as const)('%s %s', (manager, engine, expected) => {
    expect(packagesFor(manager, engine, ['server', 'haproxy'])).toEqual(expected);
  });

  test('only what is needed', () => {
    expect(packagesFor('apt', 'redis', [])).toEqual([]);
    expect(packagesFor('apt', 'redis', ['haproxy'])).toEqual(['haproxy']);
    expect(packagesFor('dnf', 'valkey', ['server'])).toEqual(['valkey']);
  });
});

describe('what a person would type', () => {
  const display = (manager: PackageManager, root: boolean, sudo: boolean) =>
    installPlan(manager, packagesFor(manager, 'redis', ['server', 'haproxy']), { root, sudo }).display;

  test.each([
    ['apt', true, false, 'apt-get update && apt-get install -y redis-server redis-sentinel haproxy'],
    ['apt', false, true, 'sudo apt-get update && sudo apt-get install -y redis-server redis-sentinel haproxy'],
    ['apt', false, false, `su -c 'apt-get update && apt-get install -y redis-server redis-sentinel haproxy'`],
    ['dnf', true, true, 'dnf install -y redis haproxy'],
    ['dnf', false, true, 'sudo dnf install -y redis haproxy'],
    ['yum', false, true, 'sudo yum install -y redis haproxy'],
    ['brew', false, true, 'brew install redis haproxy'],
  ] as const)('%s, root %s, sudo %s', (manager, root, sudo, expected) => {
    expect(display(manager, root, sudo)).toBe(expected);
  });
});

describe.each(managers)('the program for %s', (manager) => {
  test.each([
    ['root', { root: true, sudo: false }],
    ['sudo', { root: false, sudo: true }],
    ['neither', { root: false, sudo: false }],
  ])('%s', async (who, options) => {
    const { program } = installPlan(manager, packagesFor(manager, 'redis', ['server', 'haproxy']), options);
    const { status, stderr } = spawnSync('sh', ['-n'], { input: program, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    await expect(program).toMatchFileSnapshot(`golden/install-${manager}-${who}.sh`);
  });
});

test('with neither root nor sudo it names the command and fails', () => {
  const { program } = installPlan('apt', ['haproxy'], { root: false, sudo: false });
  const { status, stdout, stderr } = spawnSync('sh', { input: program, encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({
    status: 1,
    stdout: '',
    stderr: 'installing packages needs root and there is no sudo; as root: apt-get update && apt-get install -y haproxy\n',
  });
});

test('a package name cannot become a command', () => {
  const { program } = installPlan('apt', [`x'; touch /tmp/owned; '`], { root: true, sudo: false });
  expect(program).not.toContain(`install-recommends x'; touch`);
  expect(spawnSync('sh', ['-n'], { input: program }).status).toBe(0);
});

test('for sudo the program is one readable word', () => {
  const { program } = installPlan('apt', ['haproxy'], { root: false, sudo: true });
  expect(program.match(/'/g)).toHaveLength(2);
});
