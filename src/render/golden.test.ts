// The rendered text, exactly as it is reviewed in golden/, and accepted by the program that it is for.
// `UPDATE_GOLDEN=1 npx vitest run src/render/golden.test.ts` writes the files anew: read the difference before you keep it.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { bench, readIfThere } from '../../test/harness/rendered.ts';
import type { Deployment } from '../desired/deployment.ts';
import { haproxyCfg } from './haproxy-cfg.ts';
import { redisConf } from './redis-conf.ts';
import { sentinelConf } from './sentinel-conf.ts';
import { usersAcl } from './users-acl.ts';

function of<T>(list: T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
}

const plain = exampleDeployment({ portBase: 6400 });

/** What people write into topologies when they test us. */
function hostile(portBase: number): { deployment: Deployment; dir: (id: string) => string } {
  const deployment = exampleDeployment({
    portBase,
    name: 'a "name" # $(touch x)',
    config: {
      save: '3600 1 300 100',
      'proc-title-template': '{title} "quoted" # $HOME',
      'notify-keyspace-events': '',
      'latency-tracking-info-percentiles': '50 99.9',
    },
  });
  deployment.masterName = 'kb-redis_master.1';
  return { deployment, dir: (id) => `/srv/it's "odd" \\ $(x) #1 %d é/${id}` };
}

const odd = hostile(6400);

const texts: Record<string, () => string> = {
  'redis-master.conf': () => redisConf(plain, of(plain.redis, 0), '/var/lib/vigie/redis-1'),
  'redis-replica.conf': () => redisConf(plain, of(plain.redis, 1), '/var/lib/vigie/redis-2'),
  'redis-hostile.conf': () => redisConf(odd.deployment, of(odd.deployment.redis, 1), odd.dir('redis-2')),
  'sentinel.conf': () => sentinelConf(plain, of(plain.sentinels, 1), '/var/lib/vigie/sentinel-2'),
  'sentinel-hostile.conf': () => sentinelConf(odd.deployment, of(odd.deployment.sentinels, 0), odd.dir('sentinel-1')),
  'users-data.acl': () => usersAcl('data'),
  'users-sentinel.acl': () => usersAcl('sentinel'),
  'haproxy.cfg': () => haproxyCfg(plain, of(plain.proxies, 0), '/var/lib/vigie/proxy-1'),
  'haproxy-hostile.cfg': () => haproxyCfg(odd.deployment, of(odd.deployment.proxies, 0), odd.dir('proxy-1')),
};

test.each(Object.keys(texts))('golden/%s.txt', (name) => {
  const file = new URL(`golden/${name}.txt`, import.meta.url);
  const text = texts[name]?.() ?? '';
  if (process.env['UPDATE_GOLDEN']) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, 'utf8'));
});

test('master and replica differ by replicaof, and by who they are', () => {
  const dir = '/d';
  const [master, replica] = [of(plain.redis, 0), of(plain.redis, 1)];
  const asMaster = redisConf(plain, { ...replica, initialRole: 'master' }, dir).split('\n');
  const asReplica = redisConf(plain, replica, dir).split('\n');
  expect(asReplica.filter((line) => !asMaster.includes(line))).toEqual([`replicaof 127.0.0.1 ${master.port}`]);
});

test('what follows from the topology, and what is no directive, cannot be set by redis.config', () => {
  for (const name of ['port', 'requirepass', 'replicaof', 'rename-command', 'aclfile', 'include', 'x y', 'A', 'save\nport']) {
    const deployment = exampleDeployment({ portBase: 6400, config: { [name]: '1' } });
    expect(() => redisConf(deployment, of(deployment.redis, 0), '/d')).toThrow(/redis\.config cannot set/);
  }
});

test('the bound of the hold is retries × timeout connect', () => {
  const deployment = exampleDeployment({ portBase: 6400 });
  deployment.proxy = { ...deployment.proxy, holdForMs: 10_000, connectTimeoutMs: 25 };
  const text = haproxyCfg(deployment, of(deployment.proxies, 0), '/d');
  expect(text).toContain('  retries 399\n');
  expect(text).toContain('  timeout connect 25ms\n');
  expect(text).toContain('  timeout queue 10000ms\n');
});

describe('accepted by the real program', () => {
  const b = bench(`vigie it's "odd" $(x) #1 %d `);
  const { deployment } = hostile(26150);
  const dir = (id: string) => `${b.root}/${id}`;
  beforeAll(() => {
    for (const node of deployment.redis) {
      b.write(`${node.id}/redis.conf`, redisConf(deployment, node, dir(node.id)));
      b.write(`${node.id}/users.acl`, usersAcl('data'));
      b.write(`${node.id}/data/.keep`, '');
    }
    for (const node of deployment.sentinels) {
      b.write(`${node.id}/sentinel.conf`, sentinelConf(deployment, node, dir(node.id)));
      b.write(`${node.id}/users.acl`, usersAcl('sentinel'));
    }
  });
  afterAll(() => b.end());

  test('redis-server: starts from it, and holds every value as it was asked', async () => {
    const node = of(deployment.redis, 0);
    b.start('redis-server', [`${dir(node.id)}/redis.conf`]);
    const redis = await b.login(node.port, 'vigie');
    const flat = (await redis.call('CONFIG', 'GET', '*')) as string[];
    const config = Object.fromEntries(flat.flatMap((name, index) => (index % 2 === 0 ? [[name, flat[index + 1] ?? '']] : [])));
    expect(config).toMatchObject({
      ...deployment.config,
      bind: '127.0.0.1',
      dir: `${dir(node.id)}/data`,
      aclfile: `${dir(node.id)}/users.acl`,
      masteruser: 'replica',
      'replica-announce-ip': '127.0.0.1',
    });
    await redis.call('CONFIG', 'REWRITE');
    expect(readIfThere(`${dir(node.id)}/redis.pid`)).toMatch(/^\d+\n$/);
  }, 20_000);

  test('redis-sentinel: starts from it, and again from what it makes of it', async () => {
    const node = of(deployment.sentinels, 0);
    for (let starts = 0; starts < 2; starts += 1) {
      b.start('redis-server', [`${dir(node.id)}/sentinel.conf`, '--sentinel']);
      const sentinel = await b.login(node.port, 'vigie');
      expect(await sentinel.call('SENTINEL', 'MYID')).toBe(node.myid);
      const known = (await sentinel.call('SENTINEL', 'SENTINELS', deployment.masterName)) as string[][];
      expect(known).toHaveLength(2);
      expect(await sentinel.call('SENTINEL', 'FLUSHCONFIG')).toBe('OK');
      await sentinel.call('SHUTDOWN').catch(() => {});
    }
    const rewritten = readIfThere(`${dir(node.id)}/sentinel.conf`);
    expect(rewritten).toContain('# Generated by CONFIG REWRITE');
    expect(rewritten).not.toMatch(/^user /m);
  }, 20_000);

  test('haproxy -c: valid, and not one warning', () => {
    const cfg = b.write('proxy-1/haproxy.cfg', haproxyCfg(deployment, of(deployment.proxies, 0), dir('proxy-1')));
    const ran = spawnSync('haproxy', ['-c', '-f', cfg], { timeout: 10_000 });
    const said = ran.stdout.toString() + ran.stderr.toString();
    expect(said).toContain('Configuration file is valid');
    expect(said).not.toMatch(/WARNING|ALERT/);
    expect(ran.status).toBe(0);
  });
});
