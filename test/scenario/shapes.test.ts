// Other shapes than the default, each up and proved for real: standalone, replication, stage by stage, an inventory rehearsed, two side by side.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Endpoints } from '../../src/observed/endpoints.ts';
import type { Status } from '../../src/observed/status.ts';
import { type Place, place } from '../harness/cli.ts';

const base = 26800;
let here: Place;
beforeEach(() => {
  here = place();
});
afterEach(() => here.end());

const proved = async (...more: string[]): Promise<void> => {
  const proof = await here.json<{ checks: { id: string; result: string }[] }>('verify', '--json', ...more);
  expect(proof.checks.filter((check) => check.result !== 'pass')).toEqual([]);
  expect(proof.checks.length).toBeGreaterThan(3);
};
const fine = async (...args: string[]): Promise<string> => {
  const ran = await here.vigie(...args);
  expect(ran.code, ran.stderr).toBe(0);
  return ran.stdout + ran.stderr;
};

test('standalone: one Redis behind a proxy', async () => {
  here.write(
    'vigie.yaml',
    `name: one\nmode: standalone\ntarget: local\nprofile: dev\nportBase: ${base}\nredis: { on: [a], persistence: rdb }\nproxy: { on: [a] }\n`,
  );
  await fine('up', '--detach');
  await proved();
  expect(await here.json<Status>('status', '--json')).toMatchObject({ state: 'ok', sentinels: [], proxies: [{ write: { state: 'open', to: 'redis-a' } }] });
  expect((await here.vigie('connect', 'write', 'SET', 'k', 'v')).stdout.trim()).toBe('OK');
  await fine('down', '--yes');
  await fine('up', '--detach');
  expect((await here.vigie('connect', 'write', 'GET', 'k')).stdout.trim()).toBe('v');
  expect((await here.vigie('plan')).code).toBe(0);
});

test('replication without Sentinels, and a cache without persistence that keeps its data over down and up', async () => {
  here.write('vigie.yaml', `name: pair\nmode: replication\ntarget: local\nprofile: dev\nportBase: ${base}\nredis: { on: [a, b], persistence: none }\n`);
  await fine('up', '--detach');
  await proved();
  const endpoints = await here.json<Endpoints>('endpoints', '--json');
  expect(endpoints.write).toEqual({ host: '127.0.0.1', port: base + 10 });
  expect((await here.vigie('connect', 'redis-a', 'SET', 'k', 'v')).stdout.trim()).toBe('OK');
  await fine('down', '--yes');
  await fine('up', '--detach');
  expect((await here.vigie('connect', 'redis-b', 'GET', 'k')).stdout.trim()).toBe('v');
});

test('stage by stage: each stage can be asked for alone, and the next run goes on from there', async () => {
  const up = ['apply', '--yes', '--until'];
  here.write(
    'vigie.yaml',
    `name: slow\nmode: sentinel\ntarget: local\nprofile: dev\nportBase: ${base}\nredis: { on: [a, b, c] }\nsentinel: { on: [a, b, c] }\nproxy: { on: [a] }\n`,
  );
  await fine(...up, 'files');
  expect(here.pids()).toEqual({});
  await fine(...up, 'master');
  expect(Object.keys(here.pids())).toEqual(['redis-a']);
  await fine(...up, 'replicas');
  expect(Object.keys(here.pids()).sort()).toEqual(expect.arrayContaining(['redis-a', 'redis-b', 'redis-c']));
  await fine(...up, 'sentinels');
  expect(Object.keys(here.pids())).toHaveLength(6);
  await fine('apply', '--yes');
  await proved();
});

const inventory = [
  'ENV\tIP_PUBLIQUE\tHOSTNAME\tIP_PRIVEE\tFQDN\tUSER_SSH\tPOOL\tROLE\tSUBROLE\tDOCKER_STACK\tCORE\tNOTES',
  'prod\t192.0.2.1\tdb-01\t10.0.0.1\tdb-01.example\troot\tmain\tdb\tmaster\t\tyes\tserveur de données, étage 2',
  '',
  'prod\t192.0.2.11\tredis-01\t10.0.0.123\tredis-01.example\troot\tmain\tredis\tmaster\t\tyes\t',
  'prod\t192.0.2.12\tredis-02\t10.0.0.124\tredis-02.example\troot\tmain\tredis\treplica\t\tyes\t',
  'prod\t192.0.2.13\tredis-03\t10.0.0.125\tredis-03.example\troot\tmain\tredis\treplica\t\tyes\tdépannage',
  'prod\t192.0.2.14\thaproxy-01\t10.0.0.11\thaproxy-01.example\troot\tmain\tlb\tinternal-haproxy\t\tyes\t',
].join('\r\n');

describe('servers.tsv', () => {
  beforeEach(() => {
    here.write('servers.tsv', `﻿${inventory}\r\n`);
  });

  test('is refused for its target by name, and rehearsed on this machine', async () => {
    const refused = await here.vigie('plan', 'servers.tsv');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--target local');
    await fine('up', 'servers.tsv', '--target', 'local', '--detach', '--name', 'kb-redis-master', '--port-base', `${base}`);
    await proved('--name', 'kb-redis-master');
    const status = await here.json<Status>('status', '--json');
    expect(status.name).toBe('kb-redis-master');
    expect(status.nodes.map(({ id, role }) => `${id} ${role}`)).toEqual(['redis-01 master', 'redis-02 replica', 'redis-03 replica']);
  });

  test('is converted to a vigie.yaml that says the same', async () => {
    await fine('init', '--from', 'servers.tsv', '--out', 'converted.yaml', '--name', 'kb');
    const text = readFileSync(`${here.dir}/converted.yaml`, 'utf8');
    expect(text).toContain('# yaml-language-server');
    const rendered = JSON.parse(
      await fine('render', 'converted.yaml', '--json', '--out', 'x').then((all) => all.slice(all.indexOf('{')).split('\nwarning')[0] ?? ''),
    ) as { files: string[] };
    expect(rendered.files).toContain('x/redis-01/redis.conf');
  });
});

describe('ports', () => {
  test('two deployments side by side, each found by its name', async () => {
    await fine('up', '--detach', '--name', 'left', '--port-base', `${base}`);
    const taken = await here.vigie('up', '--detach', '--name', 'right', '--port-base', `${base}`);
    expect(taken.code).toBe(1);
    expect(taken.stderr).toMatch(/PORT_TAKEN/);
    expect(taken.stderr).toMatch(/redis-server|haproxy/);
    const free = /--port-base (\d+)/.exec(taken.stderr)?.[1] ?? '';
    expect(Number(free)).toBeGreaterThan(base);
    await fine('up', '--detach', '--name', 'right', '--port-base', free);
    const several = await here.vigie('status');
    expect(several.code).toBe(64);
    expect(several.stderr).toContain('left, right');
    await proved('--name', 'left');
    await proved('--name', 'right');
  });

  test('a port that a stranger holds is found before anything is started', async () => {
    const stranger = createServer();
    await new Promise<void>((resolve) => void stranger.listen(base + 11, '127.0.0.1', resolve));
    try {
      const ran = await here.vigie('up', '--detach', '--port-base', `${base}`);
      expect(ran.code).toBe(1);
      expect(ran.stderr).toContain(`port ${base + 11} of redis-2 is held by`);
      expect(ran.stderr).toContain(`pid ${process.pid}`);
      expect(here.pids()).toEqual({});
    } finally {
      stranger.close();
    }
  });
});

test('errors: usage 64, no topology 64, all errors of a file at once with line and column, JSON on request', async () => {
  expect((await here.vigie('upp')).code).toBe(64);
  expect((await here.vigie('status')).code).toBe(64);
  here.write('vigie.yaml', 'name: x\nmode: sentinel\nredsi: { on: [a] }\nsentinel: { on: [a, b], quorum: 9 }\n');
  const ran = await here.vigie('plan');
  expect(ran.code).toBe(64);
  expect(ran.stderr).toMatch(/vigie\.yaml:3:1: .*redis/);
  expect(ran.stderr).toMatch(/vigie\.yaml:4:\d+: /);
  const told = await here.json<{ error: { code: string; message: string; next: string } }>('plan', '--json');
  expect(told.error).toMatchObject({ code: 'TOPOLOGY_INVALID' });
  expect(told.error.next).not.toBe('');
});
