import { describe, expect, it } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { snapshotOf } from '../../test/harness/snapshot.ts';
import type { Deployment } from '../desired/deployment.ts';
import { statusOf } from './status.ts';

const deployment = exampleDeployment({ portBase: 6400 });

it('is the document that other tools rely on', () => {
  const snapshot = snapshotOf(deployment, (edit) => {
    edit.redis('redis-2').offset = 4990;
    // Read a moment later than the master's: never a negative lag.
    edit.redis('redis-3').offset = 5010;
    edit.lose('sentinel-3', 'timeout');
  });
  expect(JSON.parse(JSON.stringify(statusOf(deployment, snapshot)))).toEqual({
    schema: 1,
    name: 'example',
    mode: 'sentinel',
    state: 'degraded',
    sentence: 'routing writes to redis-1; 2 of 3 Sentinels agree, epoch 7; but sentinel-3 is silent (no answer within 1500 ms) though its process runs',
    diagnoses: [{ code: 'SENTINEL_DOWN', sentence: 'sentinel-3 is silent (no answer within 1500 ms) though its process runs', next: 'vigie logs sentinel-3' }],
    nodes: [
      { id: 'redis-1', host: '127.0.0.1', port: 6410, role: 'master', link: 'master', offset: 5000, lagBytes: 0 },
      { id: 'redis-2', host: '127.0.0.1', port: 6411, role: 'replica', link: 'up', offset: 4990, lagBytes: 10 },
      { id: 'redis-3', host: '127.0.0.1', port: 6412, role: 'replica', link: 'up', offset: 5010, lagBytes: 0 },
    ],
    sentinels: [
      { id: 'sentinel-1', host: '127.0.0.1', port: 6430, reachable: true, master: 'redis-1', configEpoch: 7 },
      { id: 'sentinel-2', host: '127.0.0.1', port: 6431, reachable: true, master: 'redis-1', configEpoch: 7 },
      { id: 'sentinel-3', host: '127.0.0.1', port: 6432, reachable: false, master: null, configEpoch: null },
    ],
    proxies: [{ id: 'proxy-1', write: { state: 'open', to: 'redis-1', since: '2026-11-21T10:00:10.000Z' }, read: { to: ['redis-2', 'redis-3'] } }],
  });
});

describe('the sentence', () => {
  const replication: Deployment = { ...deployment, mode: 'replication', sentinels: [], proxies: [] };
  const standalone: Deployment = { ...replication, mode: 'standalone', redis: deployment.redis.slice(0, 1), config: {} };
  it.each([
    ['with Sentinels and a proxy', deployment, 'routing writes to redis-1; 3 of 3 Sentinels agree, epoch 7'],
    ['with Sentinels alone', { ...deployment, proxies: [] }, 'redis-1 is the master; 3 of 3 Sentinels agree, epoch 7'],
    ['replication', replication, 'redis-1 is the master; 2 of 2 replicas in sync'],
    ['standalone', standalone, 'redis-1 is the master'],
  ])('%s', (_, of, sentence) => {
    expect(statusOf(of, snapshotOf(of))).toMatchObject({ state: 'ok', sentence, diagnoses: [] });
  });

  it('counts what it does not tell', () => {
    const snapshot = snapshotOf(deployment, (edit) => {
      edit.route('write', 'hold');
      edit.lose('redis-3');
    });
    expect(statusOf(deployment, snapshot).sentence).toBe('no writes: the write route of proxy-1 is holding: new connections wait (and 1 more)');
  });
});

it.each([
  ['holding', ['hold'], { state: 'holding', to: null }],
  ['closed', [], { state: 'closed', to: null }],
  ['open', ['redis-2'], { state: 'open', to: 'redis-2' }],
  ['open to two, which is wrong', ['redis-1', 'redis-2'], { state: 'open', to: 'redis-1,redis-2' }],
])('a write route that is %s', (_, open, expected) => {
  const snapshot = snapshotOf(deployment, (edit) => edit.route('write', ...open));
  expect(statusOf(deployment, snapshot).proxies[0]?.write).toMatchObject(expected);
});

it('one open proxy of two is degraded, none seen is unknown', () => {
  const [proxy] = deployment.proxies;
  if (proxy === undefined) throw new Error('the example has a proxy');
  const two: Deployment = { ...deployment, proxies: [proxy, { ...proxy, id: 'proxy-2', port: 6404, readPort: 6405, statsPort: 6406, healthPort: 6407 }] };
  expect(
    statusOf(
      two,
      snapshotOf(two, (edit) => edit.lose('proxy-2')),
    ).state,
  ).toBe('degraded');
  expect(
    statusOf(
      two,
      snapshotOf(two, (edit) => ['proxy-1', 'proxy-2'].forEach((id) => edit.lose(id, 'timeout'))),
    ).state,
  ).toBe('unknown');
  expect(
    statusOf(
      two,
      snapshotOf(two, (edit) => ['proxy-1', 'proxy-2'].forEach((id) => edit.lose(id))),
    ).state,
  ).toBe('down');
});
