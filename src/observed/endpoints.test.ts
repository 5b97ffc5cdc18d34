import { expect, it } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { snapshotOf } from '../../test/harness/snapshot.ts';
import type { Deployment } from '../desired/deployment.ts';
import { authority } from './authority.ts';
import { type Endpoints, endpointsEnv, endpointsOf } from './endpoints.ts';

const deployment = exampleDeployment({ portBase: 6400 });
const fileOf = (user: string): string => `/home/o'neil/credentials/${user}`;

function endpoints(of: Deployment, file: (user: string) => string | null = fileOf): Endpoints {
  const snapshot = snapshotOf(of);
  return endpointsOf(of, snapshot, authority(of, snapshot), file);
}

it('is the document that applications rely on', () => {
  expect(JSON.parse(JSON.stringify(endpoints(deployment)))).toEqual({
    schema: 1,
    masterName: 'example',
    write: { host: '127.0.0.1', port: 6400 },
    read: { host: '127.0.0.1', port: 6401 },
    sentinels: [6430, 6431, 6432].map((port) => ({ host: '127.0.0.1', port })),
    nodes: [
      { id: 'redis-1', host: '127.0.0.1', port: 6410, role: 'master' },
      { id: 'redis-2', host: '127.0.0.1', port: 6411, role: 'replica' },
      { id: 'redis-3', host: '127.0.0.1', port: 6412, role: 'replica' },
    ],
    proxies: [{ id: 'proxy-1', write: { host: '127.0.0.1', port: 6400 }, read: { host: '127.0.0.1', port: 6401 } }],
    user: 'default',
    passwordFile: "/home/o'neil/credentials/default",
    sentinelUser: 'default',
    sentinelPasswordFile: "/home/o'neil/credentials/default",
    tls: false,
  });
});

it('gives the virtual address where there is one', () => {
  expect(endpoints({ ...deployment, vip: { address: '10.0.0.10/24', provider: 'keepalived' } })).toMatchObject({
    write: { host: '10.0.0.10', port: 6400 },
    read: { host: '10.0.0.10', port: 6401 },
  });
});

it('gives the nodes as they are now where there is no proxy, and nothing while nobody knows the master', () => {
  const bare: Deployment = { ...deployment, proxies: [] };
  expect(endpoints(bare)).toMatchObject({ write: { port: 6410 }, read: { port: 6411 } });
  const lost = snapshotOf(bare, (edit) => ['sentinel-1', 'sentinel-2'].forEach((id) => edit.lose(id)));
  expect(endpointsOf(bare, lost, authority(bare, lost), fileOf)).toMatchObject({ write: null, read: null });
});

it('quotes for sh, and holds passwords only where they are asked for', () => {
  expect(endpointsEnv(endpoints(deployment))).toBe(`REDIS_WRITE_HOST=127.0.0.1
REDIS_WRITE_PORT=6400
REDIS_READ_HOST=127.0.0.1
REDIS_READ_PORT=6401
REDIS_SENTINEL_ADDRS=127.0.0.1:6430,127.0.0.1:6431,127.0.0.1:6432
REDIS_MASTER_NAME=example
REDIS_USERNAME=default
REDIS_PASSWORD_FILE='/home/o'\\''neil/credentials/default'
REDIS_SENTINEL_USERNAME=default
REDIS_SENTINEL_PASSWORD_FILE='/home/o'\\''neil/credentials/default'
`);
  const withValues = endpointsEnv(endpoints(deployment), (user) => `pw of ${user}`);
  expect(withValues).toContain("REDIS_PASSWORD='pw of default'\n");
  expect(withValues).not.toContain('_FILE');
  const single: Deployment = { ...deployment, mode: 'standalone', redis: deployment.redis.slice(0, 1), sentinels: [], proxies: [] };
  expect(endpointsEnv(endpoints(single, () => null))).toBe(
    'REDIS_WRITE_HOST=127.0.0.1\nREDIS_WRITE_PORT=6410\nREDIS_READ_HOST=127.0.0.1\nREDIS_READ_PORT=6410\nREDIS_USERNAME=default\n',
  );
});
