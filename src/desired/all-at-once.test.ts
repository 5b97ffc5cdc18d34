// Every error of a file is shown in one run: what is wrong in one place hides no check that does not read that place.

import { describe, expect, test } from 'vitest';
import { loadTopology } from './load.ts';
import { formatProblem } from './problem.ts';

const errors = (text: string) => loadTopology(text, 'vigie.yaml').errors.map(formatProblem);

test('all at once: of the file, of the schema, and of the checks that can still be made', () => {
  const text = `mode: sentnel
redis:
  on: [1, 2, 3]
  maxmemory: 256
  config: { rename-command: FLUSHALL, maxmemory-policy: allkey-lru }
sentinel: { on: [1, 2], quorum: 3, downAfter: 1s, failoverTimeot: 3s }
proxy: { on: [1, 2, 3] }
`;
  expect(errors(text)).toEqual([
    "vigie.yaml:1:7: mode: 'sentnel' is not one of standalone, replication, sentinel, cluster. Next: did you mean sentinel?",
    'vigie.yaml:4:14: redis.maxmemory: 256 is not a size: a number with its unit, write 256mb, or 256b if it counts bytes.',
    'vigie.yaml:5:13: rename-command cannot be set in redis.config: renamed commands break CONFIG SET and the promotion by Sentinel. Next: take it out; dangerous commands are closed to the application by ACL already',
    "vigie.yaml:5:57: maxmemory-policy: 'allkey-lru' is not one of volatile-lru, volatile-lfu, volatile-random, volatile-ttl, allkeys-lru, allkeys-lfu, allkeys-random, noeviction. Next: did you mean allkeys-lru?",
    'vigie.yaml:6:33: quorum 3 can never be reached by 2 Sentinels. Next: write a quorum from 1 to 2; 2 is a majority',
    "vigie.yaml:6:47: downAfter 1s is too short: Sentinel's ping period is 1 s, and below 1250ms a healthy new master is failed over again at once. Next: write 1250ms or more",
    "vigie.yaml:6:51: 'failoverTimeot' is not a key of sentinel. Next: did you mean failoverTimeout?",
    'vigie.yaml:7:14: 3 nodes of the kind proxy do not fit into the hundred ports of a local deployment; 2 do. Next: name at most 2',
  ]);
});

describe('a wrong value hides no check that does not read it', () => {
  const sound = `target: ssh
profile: dev
hosts:
  a: { address: 10.0.0.1, zone: x }
  b: { address: 10.0.0.2 }
  c: { address: 10.0.0.3 }
redis: { on: [a, b, c], persistence: aof, maxmemory: 1gb, config: { save: 900 1, timeout: 5, replica-priority: 0 } }
sentinel: { on: [b, zz], quorum: 5, downAfter: 1s, failoverTimeout: 1s }
proxy: { on: [c], write: 6390, read: 6390, stats: 8404, connectTimeout: 30ms, holdFor: 0s }
lookout: { lease: 900ms, fastPath: true, onMinority: close }
coldStart: { wait: 60s }
`;
  const found = [
    'save points',
    'replica-priority 0 on every node',
    'quorum 5',
    'host zz is not defined',
    'downAfter 1s is too short',
    'failoverTimeout 1s is too short',
    'would both listen on 10.0.0.3 port 6390',
    'holdFor cannot be zero',
    'less than twice the lease of 900ms',
  ];
  const said = (text: string) => found.filter((part) => errors(text).some((line) => line.includes(part)));

  test('all are there to begin with', () => {
    expect(said(sound)).toEqual(found);
    expect(errors(sound)).toHaveLength(found.length);
  });

  // What stands in the last place are the checks that read the wrong value, and only those.
  const wrong: [string, string, string[]][] = [
    ['profile: dev', 'profile: 7', []],
    ['profile: dev', 'mode: sentnel', []],
    ['profile: dev', 'mode: 7', ['replica-priority 0 on every node']],
    ['profile: dev', 'nonsense: 7', []],
    ['profile: dev', 'maxmemory: 5mb', []],
    ['target: ssh', 'target: 7', ['host zz is not defined', 'would both listen on 10.0.0.3 port 6390']],
    ['target: ssh', 'target: compos', []],
    ['profile: dev', 'profile: *lost', []],
    ['profile: dev', 'profile: dev\nprofile: dev', []],
    ['zone: x', 'zone: [x]', []],
    ['zone: x', 'adress: x', []],
    ['a: { address: 10.0.0.1, zone: x }', 'a: 10.0.0.1', []],
    ['address: 10.0.0.1', 'address: u@h', []],
    ['[a, b, c]', '[a, b c, c]', []],
    ['[a, b, c]', '[a, { hots: b }, c]', []],
    ['[a, b, c]', 'a', []],
    ['on: [a, b, c], persistence', 'persistence', []],
    ['persistence: aof', 'persistence: disk', ['save points']],
    ['maxmemory: 1gb', 'maxmemory: 1', []],
    ['timeout: 5', 'timeout: [[5]]', []],
    ['timeout: 5', 'timeout: 5m', []],
    ['timeout: 5', 'requirepass: hunter2', []],
    ['[b, zz]', '[b, z z, zz]', []],
    ['on: [b, zz], ', '', ['quorum 5', 'host zz is not defined']],
    ['quorum: 5', 'quorum: 0', ['quorum 5']],
    ['downAfter: 1s', 'downAfter: 1', ['downAfter 1s is too short', 'less than twice the lease of 900ms']],
    ['[c]', '[c, d d]', []],
    ['stats: 8404', 'stats: 0', []],
    ['write: 6390', 'write: 0', ['would both listen on 10.0.0.3 port 6390']],
    ['connectTimeout: 30ms', 'connectTimeout: 30', []],
    ['lease: 900ms', 'lease: 900', ['less than twice the lease of 900ms']],
    ['fastPath: true', 'fastPath: 7', []],
    ['onMinority: close', 'onMinority: shut', []],
    ['coldStart: { wait: 60s }', 'vip: { provider: external }', []],
    ['coldStart: { wait: 60s }', 'credentials: { default: 7 }', []],
  ];
  test.each(wrong)('%s → %s', (right, instead, hidden) => {
    const text = sound.replace(right, instead);
    expect(text).not.toBe(sound);
    expect(said(text)).toEqual(found.filter((part) => !hidden.includes(part)));
    // Only the wrong value is said on top, and nothing that was guessed from it.
    const own = errors(text).filter((line) => !found.some((part) => line.includes(part)));
    expect(own.length).toBeLessThanOrEqual(2);
    expect(own.length).toBeGreaterThan(0);
  });

  test('several wrong values at once', () => {
    const some = [1, 3, 9, 13, 17, 19, 26, 28, 31].flatMap((index) => wrong.slice(index, index + 1)).filter(([, , hidden]) => hidden.length === 0);
    expect(said(some.reduce((text, [right, instead]) => text.replace(right, instead), sound))).toEqual(found);
  });
});
