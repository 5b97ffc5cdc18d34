import { describe, expect, it } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { failedOver, type SnapshotEditor, snapshotOf } from '../../test/harness/snapshot.ts';
import type { Deployment } from '../desired/deployment.ts';
import { diagnose } from './diagnose.ts';
import { type Status, statusOf } from './status.ts';

const deployment = exampleDeployment({ portBase: 6400 });
const replication: Deployment = { ...deployment, mode: 'replication', sentinels: [], proxies: [] };
const standalone: Deployment = {
  ...replication,
  mode: 'standalone',
  redis: deployment.redis.slice(0, 1),
  config: { ...deployment.config, 'min-replicas-to-write': '0' },
};

const master = { address: '127.0.0.1', port: 6410 };
const second = { address: '127.0.0.1', port: 6411 };

type Expected = { state: Status['state']; said: [code: string, sentence: string, next: string][] };

describe('silence when healthy', () => {
  it.each([
    ['sentinel', deployment, () => {}],
    ['after a failover', deployment, failedOver],
    ['replication', replication, () => {}],
    ['standalone', standalone, () => {}],
    [
      'a read server that only HAProxy found down for a moment',
      deployment,
      (edit: SnapshotEditor) => {
        const readServers = edit.proxy('proxy-1').servers.filter(({ backend }) => backend === 'read');
        for (const server of readServers.slice(1)) server.state = 'down';
      },
    ],
  ])('%s', (_, of, change) => {
    const snapshot = snapshotOf(of, change);
    expect(diagnose(of, snapshot)).toEqual([]);
    expect(statusOf(of, snapshot).state).toBe('ok');
  });
});

const silent = 'is silent (no answer within 1500 ms) though its process runs';
const killed = 'does not run: its process was killed, or the machine went down';

const cases: [what: string, of: Deployment, change: (edit: SnapshotEditor) => void, expected: Expected][] = [
  [
    'everything stopped',
    deployment,
    (e) =>
      ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3', 'proxy-1'].forEach((id) =>
        e.lose(id, 'refused', { state: 'stopped', dataBytes: 9 }),
      ),
    {
      state: 'down',
      said: [['NOT_RUNNING', 'nothing of example runs; its data is where it was', 'vigie up']],
    },
  ],
  [
    'never started',
    deployment,
    (e) => ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3', 'proxy-1'].forEach((id) => e.lose(id, 'refused', { state: 'absent' })),
    {
      state: 'down',
      said: [['NOT_RUNNING', 'nothing of example runs; it was never started here', 'vigie up']],
    },
  ],
  [
    'the master was killed',
    deployment,
    (e) => {
      e.lose('redis-1');
      for (const id of ['redis-2', 'redis-3']) e.redis(id).link = 'down';
    },
    {
      state: 'down',
      said: [['DEAD_MASTER', `redis-1, which the Sentinels name as master (epoch 7), ${killed}`, 'vigie apply']],
    },
  ],
  [
    'the master is frozen',
    deployment,
    (e) => {
      e.lose('redis-1', 'timeout');
      for (const id of ['redis-2', 'redis-3']) e.redis(id).link = 'down';
    },
    {
      state: 'down',
      said: [['DEAD_MASTER', `redis-1, which the Sentinels name as master (epoch 7), ${silent}`, 'vigie apply']],
    },
  ],
  [
    'the master does not answer us alone',
    deployment,
    (e) => e.lose('redis-1', 'timeout'),
    {
      state: 'unknown',
      said: [
        [
          'UNREACHABLE_MASTER',
          `redis-1, which the Sentinels name as master (epoch 7), ${silent}; but redis-2 and redis-3 still follow it, so it lives`,
          'vigie logs redis-1',
        ],
      ],
    },
  ],
  [
    'an old master came back raw',
    deployment,
    (e) => {
      failedOver(e);
      Object.assign(e.redis('redis-1'), { role: 'master', link: 'master' });
      e.route('read', 'redis-3');
    },
    {
      state: 'degraded',
      said: [['TWO_MASTERS', 'redis-1 and redis-2 all say that they are master; redis-2 is right', 'vigie apply']],
    },
  ],
  [
    'two masters and no judge',
    replication,
    (e) => {
      Object.assign(e.redis('redis-2'), { role: 'master', link: 'master' });
    },
    {
      state: 'down',
      said: [
        [
          'TWO_MASTERS',
          'redis-1 and redis-2 all say that they are master; nobody can say which is right',
          'look at each (vigie connect redis-1 INFO replication), then vigie apply',
        ],
      ],
    },
  ],
  [
    'a dead master without Sentinels',
    replication,
    (e) => {
      e.lose('redis-1');
      for (const id of ['redis-2', 'redis-3']) e.redis(id).link = 'down';
    },
    {
      state: 'down',
      said: [
        ['NO_MASTER', 'nobody can say who is master: no node that answers says that it is master', 'vigie apply'],
        ['REPLICA_DOWN', `redis-1 ${killed}`, 'vigie apply'],
      ],
    },
  ],
  [
    'the Sentinels are all gone',
    deployment,
    (e) =>
      ['sentinel-1', 'sentinel-2', 'sentinel-3'].forEach((id) => {
        e.lose(id);
        e.service(id).started = true;
      }),
    {
      state: 'down',
      said: [
        [
          'NO_MASTER',
          'nobody can say who is master: no Sentinel says who is master: sentinel-1: refused, sentinel-2: refused, sentinel-3: refused',
          'vigie apply',
        ],
        ['NO_QUORUM', 'the Sentinels cannot fail over: 0 of 3 answer, 2 are needed', 'vigie apply'],
        ...['sentinel-1', 'sentinel-2', 'sentinel-3'].map((id): [string, string, string] => ['SENTINEL_DOWN', `${id} ${killed}`, 'vigie apply']),
      ],
    },
  ],
  [
    'one Sentinel is gone',
    deployment,
    (e) => e.lose('sentinel-3'),
    {
      state: 'degraded',
      said: [['SENTINEL_DOWN', `sentinel-3 ${killed}`, 'vigie apply']],
    },
  ],
  [
    'no quorum by their own word',
    deployment,
    (e) =>
      ['sentinel-1', 'sentinel-2', 'sentinel-3'].forEach((id) => {
        e.sentinel(id).quorumCheck = 'NOQUORUM 1 usable Sentinels';
      }),
    {
      state: 'degraded',
      said: [['NO_QUORUM', 'the Sentinels cannot fail over: sentinel-1 says NOQUORUM 1 usable Sentinels', 'vigie apply']],
    },
  ],
  [
    'one Sentinel lags behind',
    deployment,
    (e) => {
      failedOver(e);
      Object.assign(e.sentinel('sentinel-3').master ?? {}, master, { configEpoch: 7 });
      e.sentinel('sentinel-3').replicas[0] = { ...second, flags: ['slave'], priority: 100 };
    },
    {
      state: 'degraded',
      said: [
        [
          'SENTINELS_DISAGREE',
          'the Sentinels do not agree on the master: sentinel-1 and sentinel-2 name redis-2 (epoch 8); sentinel-3 names redis-1 (epoch 7)',
          'vigie status --watch',
        ],
      ],
    },
  ],
  [
    'the Sentinels are split',
    deployment,
    (e) => {
      Object.assign(e.sentinel('sentinel-3').master ?? {}, second, { configEpoch: 8 });
      e.sentinel('sentinel-3').replicas[0] = { ...master, flags: ['slave'], priority: 100 };
    },
    {
      state: 'down',
      said: [
        [
          'SENTINELS_DISAGREE',
          'the Sentinels do not agree on the master: sentinel-3 names redis-2 (epoch 8); sentinel-1 and sentinel-2 name redis-1 (epoch 7)',
          'vigie status --watch',
        ],
      ],
    },
  ],
  [
    'a failover runs',
    deployment,
    (e) => {
      e.sentinel('sentinel-2').master?.flags.push('s_down', 'o_down', 'failover_in_progress');
      e.lose('redis-1');
      for (const id of ['redis-2', 'redis-3']) e.redis(id).link = 'down';
    },
    {
      state: 'down',
      said: [
        ['DEAD_MASTER', `redis-1, which the Sentinels name as master (epoch 7), ${killed}`, 'vigie apply'],
        ['FAILOVER_RUNNING', 'a failover is running, led by sentinel-2', 'vigie status --watch'],
      ],
    },
  ],
  [
    'a Sentinel is cut off from the master',
    deployment,
    (e) => {
      e.sentinel('sentinel-2').master?.flags.push('s_down', 'disconnected');
    },
    {
      state: 'degraded',
      said: [['MASTER_SUSPECTED', 'sentinel-2 holds redis-1 to be down, though it answers here: too few to fail over', 'vigie logs sentinel-2']],
    },
  ],
  [
    'a Sentinel without its master',
    deployment,
    (e) => {
      delete e.sentinel('sentinel-1').master;
    },
    {
      state: 'degraded',
      said: [['SENTINEL_UNAWARE', 'sentinel-1 does not watch example', 'vigie apply']],
    },
  ],
  [
    'a Sentinel that knows too little and reaches less',
    deployment,
    (e) => {
      const s = e.sentinel('sentinel-1');
      s.replicas.pop();
      s.peers[0]?.flags.push('disconnected');
    },
    {
      state: 'degraded',
      said: [['SENTINEL_UNAWARE', 'sentinel-1 does not know redis-3; has no link to sentinel-2', 'vigie apply']],
    },
  ],
  [
    'ghosts',
    deployment,
    (e) => {
      e.sentinel('sentinel-1').peers.push({ address: '10.0.0.9', port: 26379, runId: 'f'.repeat(40), flags: ['sentinel', 's_down'] });
    },
    {
      state: 'degraded',
      said: [
        [
          'SENTINEL_GHOST',
          'sentinel-1 counts 10.0.0.9:26379, which is not of example',
          'vigie connect sentinel-1 SENTINEL RESET example (read vigie explain SENTINEL_GHOST first)',
        ],
      ],
    },
  ],
  [
    'a paused machine',
    deployment,
    (e) => {
      e.sentinel('sentinel-1').tilt = true;
    },
    {
      state: 'degraded',
      said: [['SENTINEL_TILT', 'sentinel-1 distrusts its clock (TILT) and does not fail over for 30 s', 'vigie status --watch']],
    },
  ],
];

describe('names what is wrong, says what was seen and what to type', () => {
  it.each(cases)('%s', (_, of, change, expected) => {
    const status = statusOf(of, snapshotOf(of, change));
    expect({ state: status.state, said: status.diagnoses.map(({ code, sentence, next }) => [code, sentence, next]) }).toEqual(expected);
  });
});

it('what was not asked is not diagnosed, and nothing is claimed of it', () => {
  const ids = ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3', 'proxy-1'];
  const snapshot = snapshotOf(deployment, (edit) => ids.forEach((id) => edit.lose(id, 'not-asked')));
  const status = statusOf(deployment, snapshot);
  expect(status.state).toBe('unknown');
  expect(status.diagnoses.map(({ code }) => code)).toEqual(['NO_MASTER']);
});
