import { describe, expect, it } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import type { Deployment } from '../desired/deployment.ts';
import { authority } from './authority.ts';
import { type RedisFacts, type SentinelFacts, type ServiceFacts, type Snapshot, known, unknown } from './snapshot.ts';

const deployment = exampleDeployment({ portBase: 26300 });
const replication: Deployment = { ...deployment, mode: 'replication', sentinels: [], proxies: [] };

/** `redis-1` says master, `redis-2>1` follows redis-1; `redis-2>9` somebody else. `sentinel-1=2@5` names redis-2 at epoch 5, `sentinel-1=?` knows
 *  no master. `redis-1!absent`, `redis-1!stopped`, `redis-1!data`: facts of the service. What is not named does not answer. */
function seen(words: string): Snapshot {
  const snapshot: Snapshot = { atMs: 0, machines: {}, services: {}, redis: {}, sentinels: {}, proxies: {} };
  for (const node of deployment.redis) snapshot.redis[node.id] = unknown('refused', '', '', 0);
  for (const node of deployment.sentinels) snapshot.sentinels[node.id] = unknown('timeout', '', '', 0);
  for (const word of words.split(' ').filter(Boolean)) {
    const [, id = '', sign = '', first = '', epoch = '0'] = /^(\w+-\d)(?:([>=!])(\w+|\?)(?:@(\d+))?)?$/.exec(word) ?? [];
    if (sign === '!') snapshot.services[id] = known(service(first), '', 0);
    else if (id.startsWith('redis')) snapshot.redis[id] = known(redis(first), '', 0);
    else snapshot.sentinels[id] = known(sentinel(first, Number(epoch)), '', 0);
  }
  return snapshot;
}

function portOf(number: string): number {
  return 26300 + 9 + Number(number);
}
function redis(follows: string): RedisFacts {
  const role = follows === '' ? { role: 'master' } : { role: 'replica', master: { address: '127.0.0.1', port: portOf(follows) } };
  return role as RedisFacts;
}
function sentinel(names: string, configEpoch: number): SentinelFacts {
  return (names === '?' ? {} : { master: { address: '127.0.0.1', port: portOf(names), configEpoch, flags: ['master'] } }) as SentinelFacts;
}
function service(state: string): ServiceFacts {
  const facts: ServiceFacts = { state: 'stopped', cleanStop: true, dataBytes: 0, files: {} };
  if (state === 'absent') facts.state = 'absent';
  if (state === 'data') facts.dataBytes = 10;
  if (state === 'started') facts.started = true;
  return facts;
}

describe('with Sentinels', () => {
  it.each([
    ['all agree', 'sentinel-1=1@0 sentinel-2=1@0 sentinel-3=1@0 redis-1', { master: 'redis-1', epoch: 0, by: 'sentinels' }],
    ['a majority of all configured is enough', 'sentinel-1=2@5 sentinel-3=2@5 redis-2', { master: 'redis-2', epoch: 5, by: 'sentinels' }],
    ['one lags behind', 'sentinel-1=1@4 sentinel-2=2@5 sentinel-3=2@5 redis-1 redis-2', { master: 'redis-2', epoch: 5, by: 'sentinels' }],
    ['the named one is dead: it stays the master until they say otherwise', 'sentinel-1=1@0 sentinel-2=1@0', { master: 'redis-1', epoch: 0, by: 'sentinels' }],
    ['whatever others say of themselves', 'sentinel-1=2@1 sentinel-2=2@1 redis-1 redis-2', { master: 'redis-2', epoch: 1, by: 'sentinels' }],
  ])('%s', (_, words, expected) => {
    expect(authority(deployment, seen(words))).toEqual(expected);
  });

  it.each([
    ['a minority', 'sentinel-1=1@0 redis-1', 'only 1 of 3 Sentinels names redis-1 at config epoch 0, 2 are needed (sentinel-2: timeout, sentinel-3: timeout)'],
    [
      'an old majority and one who knows better',
      'sentinel-1=1@0 sentinel-2=1@0 sentinel-3=2@1',
      'only 1 of 3 Sentinels names redis-2 at config epoch 1, 2 are needed (sentinel-1 is at 0, sentinel-2 is at 0)',
    ],
    ['two names at the top', 'sentinel-1=1@3 sentinel-2=2@3 sentinel-3=2@3', 'at config epoch 3 the Sentinels name 127.0.0.1:26310 and 127.0.0.1:26311'],
    ['a stranger', 'sentinel-1=9@3 sentinel-2=9@3', 'the Sentinels name 127.0.0.1:26318, which is no node of example'],
    ['it denies it', 'sentinel-1=1@0 sentinel-2=1@0 redis-1>2', 'the Sentinels name redis-1, but it says that it is a replica'],
    ['silence, and data is there', 'redis-1!data redis-1', 'no Sentinel says who is master: sentinel-1: timeout, sentinel-2: timeout, sentinel-3: timeout'],
    [
      'they do not know the name, and something runs',
      'sentinel-1=? sentinel-2=? sentinel-3=? redis-1',
      'no Sentinel says who is master: sentinel-1 does not know example, sentinel-2 does not know example, sentinel-3 does not know example',
    ],
  ])('unknown: %s', (_, words, why) => {
    expect(authority(deployment, seen(words))).toEqual({ master: undefined, why });
  });

  it.each([
    ['nothing ever ran', 'redis-1!absent redis-2!absent redis-3!stopped', { master: 'redis-1', epoch: 0, by: 'initial' }],
    [
      'a first apply was interrupted before the Sentinels',
      'redis-1 redis-2>1 sentinel-1!absent sentinel-2!absent sentinel-3!stopped',
      { master: 'redis-1', epoch: 0, by: 'role' },
    ],
  ])('%s', (_, words, expected) => {
    expect(authority(deployment, seen(words))).toEqual(expected);
  });

  it('does not take a Sentinel that was started once for one that never ran', () => {
    expect(authority(deployment, seen('redis-1 sentinel-1!started sentinel-2!absent sentinel-3!absent')).master).toBeUndefined();
  });

  it('does not take an unseen machine for an empty one', () => {
    expect(authority(deployment, seen('redis-1!absent redis-2!absent')).master).toBeUndefined();
  });
});

describe('without Sentinels', () => {
  it.each([
    ['one master, all follow', 'redis-1 redis-2>1 redis-3>1', { master: 'redis-1', epoch: 0, by: 'role' }],
    ['whatever the topology says', 'redis-2 redis-1>2', { master: 'redis-2', epoch: 0, by: 'role' }],
    ['two masters', 'redis-1 redis-2', { master: undefined, why: 'redis-1 and redis-2 all say that they are master' }],
    ['one follows somebody else', 'redis-1 redis-2>3', { master: undefined, why: 'redis-1 says that it is master, but redis-2 follows redis-3' }],
    ['one follows a stranger', 'redis-1 redis-2>9', { master: undefined, why: 'redis-1 says that it is master, but redis-2 follows 127.0.0.1:26318' }],
    ['only replicas answer', 'redis-2>1 redis-3>1', { master: undefined, why: 'no node that answers says that it is master' }],
    ['nothing ever ran', 'redis-1!absent redis-2!absent redis-3!absent', { master: 'redis-1', epoch: 0, by: 'initial' }],
  ])('%s', (_, words, expected) => {
    expect(authority(replication, seen(words))).toEqual(expected);
  });

  it('says that a cluster has several', () => {
    expect(authority({ ...deployment, mode: 'cluster' }, seen('redis-1'))).toMatchObject({ master: undefined });
  });
});
