import { expect, it } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { failedOver, type SnapshotEditor, snapshotOf } from '../../test/harness/snapshot.ts';
import type { Deployment } from '../desired/deployment.ts';
import { type Status, statusOf } from './status.ts';

const deployment = exampleDeployment({ portBase: 6400 });
const second = { address: '127.0.0.1', port: 6411 };

type Expected = { state: Status['state']; said: [code: string, sentence: string, next: string][] };

const silent = 'is silent (no answer within 1500 ms) though its process runs';
const killed = 'does not run: its process was killed, or the machine went down';

const cases: [what: string, of: Deployment, change: (edit: SnapshotEditor) => void, expected: Expected][] = [
  ['a replica was killed', deployment, (e) => e.lose('redis-3'), { state: 'degraded', said: [['REPLICA_DOWN', `redis-3 ${killed}`, 'vigie apply']] }],
  [
    'a replica was stopped',
    deployment,
    (e) => e.lose('redis-3', 'refused', { state: 'stopped' }),
    { state: 'degraded', said: [['REPLICA_DOWN', 'redis-3 does not run', 'vigie apply']] },
  ],
  [
    'a replica hangs',
    deployment,
    (e) => e.lose('redis-3', 'timeout'),
    { state: 'degraded', said: [['REPLICA_DOWN', `redis-3 ${silent}`, 'vigie logs redis-3']] },
  ],
  [
    'a replica loads',
    deployment,
    (e) => e.lose('redis-3', 'loading'),
    { state: 'degraded', said: [['NODE_LOADING', 'redis-3 is up but not ready: it is reading its data (40 % done)', 'vigie status --watch']] },
  ],
  [
    'another deployment at our address',
    deployment,
    (e) => e.lose('redis-3', 'auth'),
    {
      state: 'degraded',
      said: [
        ['AUTH_FAILED', 'redis-3 answers, but not to the passwords that are here', 'bring the credentials of the deployment that runs there ($VIGIE_HOME)'],
      ],
    },
  ],
  [
    'the gate of a replica waits',
    deployment,
    (e) => e.lose('redis-3', 'refused', { state: 'waiting', gateSaid: 'Waits: the Sentinels do not agree on a master yet. If they do not: vigie apply' }),
    {
      state: 'degraded',
      said: [['GATE_WAITING', 'the boot gate of redis-3 waits: the Sentinels do not agree on a master yet', 'vigie apply']],
    },
  ],
  [
    'the gate of the master waits',
    deployment,
    (e) => {
      e.lose('redis-1', 'refused', { state: 'waiting', gateSaid: 'Waits: 1 of 3 Sentinels answer, 2 are needed. Next: start the Sentinels, or vigie apply' });
      for (const id of ['redis-2', 'redis-3']) e.redis(id).link = 'down';
    },
    {
      state: 'down',
      said: [
        ['DEAD_MASTER', 'redis-1, which the Sentinels name as master (epoch 7), waits in its boot gate', 'vigie apply'],
        ['GATE_WAITING', 'the boot gate of redis-1 waits: 1 of 3 Sentinels answer, 2 are needed', 'start the Sentinels, or vigie apply'],
      ],
    },
  ],
  [
    'a replica follows another',
    deployment,
    (e) => {
      e.redis('redis-3').master = second;
    },
    { state: 'degraded', said: [['WRONG_MASTER', 'redis-3 follows redis-2, but redis-1 is the master', 'vigie apply']] },
  ],
  [
    'a replica copies',
    deployment,
    (e) => {
      e.redis('redis-3').link = 'syncing';
      e.route('read', 'redis-2');
    },
    { state: 'degraded', said: [['REPLICA_SYNCING', 'redis-3 copies the data of redis-1', 'vigie status --watch']] },
  ],
  [
    'a replica lost its link',
    deployment,
    (e) => {
      Object.assign(e.redis('redis-3'), { link: 'down', linkDownSeconds: 42 });
      e.route('read', 'redis-2');
    },
    {
      state: 'degraded',
      said: [['REPLICA_LINK_DOWN', 'redis-3 has no link to redis-1 for 42 s', 'vigie logs redis-3']],
    },
  ],
  [
    'a replica lags',
    deployment,
    (e) => {
      const [first] = e.redis('redis-1').replicas;
      if (first) first.lagSeconds = 30;
    },
    { state: 'degraded', said: [['REPLICA_LAGGING', 'redis-2 has acknowledged nothing to redis-1 for 30 s', 'vigie logs redis-2']] },
  ],
  [
    'a priority that was not given back',
    deployment,
    (e) => {
      e.redis('redis-2').config['replica-priority'] = '1100';
      e.redis('redis-3').config['replica-priority'] = '0';
    },
    {
      state: 'degraded',
      said: [
        ['LOW_PRIORITY', 'redis-2 has replica-priority 1100, not 100', 'vigie apply'],
        ['LOW_PRIORITY', 'redis-3 has replica-priority 0, not 100, so it can never be promoted', 'vigie apply'],
      ],
    },
  ],
  [
    'no replica in reach of the master',
    deployment,
    (e) => {
      e.redis('redis-1').info.min_slaves_good_slaves = '0';
    },
    {
      state: 'down',
      said: [['TOO_FEW_REPLICAS', 'redis-1 refuses writes (NOREPLICAS): 0 of 2 replicas acknowledged within 3 s, 1 must', 'vigie apply']],
    },
  ],
  [
    'a full disk',
    deployment,
    (e) => {
      e.redis('redis-1').info.aof_last_write_status = 'err';
    },
    {
      state: 'down',
      said: [
        ['MISCONF', 'redis-1 refuses writes (MISCONF): it cannot write its append-only file', 'make room on its disk; vigie logs redis-1 says what failed'],
      ],
    },
  ],
  [
    'a full disk of a replica',
    { ...deployment, config: { ...deployment.config, save: '60 1' } },
    (e) => {
      e.redis('redis-2').info.rdb_last_bgsave_status = 'err';
    },
    {
      state: 'degraded',
      said: [['MISCONF', 'redis-2: its last background save failed', 'make room on its disk; vigie logs redis-2 says what failed']],
    },
  ],
  [
    'full memory',
    deployment,
    (e) => {
      e.redis('redis-1').usedMemoryBytes = 70_000_000;
    },
    {
      state: 'down',
      said: [
        [
          'MEMORY_FULL',
          'redis-1 refuses writes that need memory (OOM): 70000000 of 67108864 bytes are used, and the policy is noeviction',
          'raise redis.maxmemory in the topology, then vigie apply',
        ],
      ],
    },
  ],
  ['the proxy is gone', deployment, (e) => e.lose('proxy-1'), { state: 'down', said: [['PROXY_DOWN', `proxy-1 ${killed}`, 'vigie apply']] }],
  [
    'the proxy is silent',
    deployment,
    (e) => e.lose('proxy-1', 'timeout'),
    { state: 'unknown', said: [['PROXY_DOWN', `proxy-1 ${silent}`, 'vigie logs proxy-1']] },
  ],
  [
    'HAProxy was restarted',
    deployment,
    (e) => {
      e.route('write');
      e.route('read');
    },
    {
      state: 'down',
      said: [
        ['WRITE_ROUTE_CLOSED', 'the write route of proxy-1 is closed: it takes no writes', 'vigie apply'],
        ['READ_ROUTE_EMPTY', 'the read route of proxy-1 is closed: it takes no reads', 'vigie apply'],
      ],
    },
  ],
  [
    'the route holds',
    deployment,
    (e) => e.route('write', 'hold'),
    { state: 'down', said: [['WRITE_ROUTE_CLOSED', 'the write route of proxy-1 is holding: new connections wait', 'vigie apply']] },
  ],
  [
    'the route leads to the old master',
    deployment,
    (e) => {
      failedOver(e);
      e.route('write', 'redis-1');
    },
    { state: 'down', said: [['WRITE_ROUTE_WRONG', 'proxy-1 sends writes to redis-1, but redis-2 is the master', 'vigie apply']] },
  ],
  [
    'two write routes',
    deployment,
    (e) => e.route('write', 'redis-1', 'redis-2'),
    { state: 'down', said: [['WRITE_ROUTE_WRONG', 'proxy-1 sends writes to redis-1 and redis-2 at once', 'vigie apply']] },
  ],
  [
    'reads go astray',
    deployment,
    (e) => e.route('read', 'redis-1', 'redis-2'),
    { state: 'degraded', said: [['READ_ROUTE_WRONG', 'proxy-1 sends reads to redis-1, the master and sends none to redis-3', 'vigie apply']] },
  ],
  [
    'a machine could not be looked at',
    deployment,
    (e) => {
      e.snapshot.machines.local = { known: false, why: 'timeout', detail: 'not done within 1500 ms', source: '', atMs: 0 };
    },
    {
      state: 'degraded',
      said: [['MACHINE_UNSEEN', 'which processes run on local could not be seen: not done within 1500 ms', 'vigie status']],
    },
  ],
];

it.each(cases)('%s', (_, of, change, expected) => {
  const status = statusOf(of, snapshotOf(of, change));
  expect({ state: status.state, said: status.diagnoses.map(({ code, sentence, next }) => [code, sentence, next]) }).toEqual(expected);
});
