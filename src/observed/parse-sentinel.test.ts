import { expect, it } from 'vitest';
import { parseSentinel, type SentinelAnswers } from './parse-sentinel.ts';

/** Redis 7.0.15. */
const master =
  'name m ip 127.0.0.1 port 26390 runid ee7c4f63 flags master,s_down link-pending-commands 0 down-after-milliseconds 30000 config-epoch 7 num-slaves 1 num-other-sentinels 2 quorum 2 failover-timeout 180000 parallel-syncs 1';
const replica = 'name 127.0.0.1:26391 ip 127.0.0.1 port 26391 flags slave,disconnected slave-priority 100 slave-repl-offset 0';
const peer = 'name 1111 ip 127.0.0.1 port 26331 runid 1111 flags sentinel';
const info = 'redis_version:7.0.15\r\nrun_id:abcd\r\nsentinel_tilt:1\r\n';

const answers: SentinelAnswers = {
  masterName: 'm',
  info,
  myid: '2222',
  masters: [master.split(' '), ['name', 'cache', 'ip', '10.0.0.1', 'port', '6379']],
  replicas: [replica.split(' ')],
  peers: [peer.split(' ')],
  quorumCheck: 'OK 3 usable Sentinels. Quorum and failover authorization can be reached',
  debug: ['INFO-PERIOD', '10000', 'PING-PERIOD', '1000'],
  acl: {},
};

it('tells what a Sentinel believes', () => {
  expect(parseSentinel(answers)).toEqual({
    version: '7.0.15',
    runId: 'abcd',
    myid: '2222',
    tilt: true,
    master: {
      address: '127.0.0.1',
      port: 26390,
      flags: ['master', 's_down'],
      configEpoch: 7,
      quorum: 2,
      otherSentinels: 2,
      downAfterMs: 30_000,
      failoverTimeoutMs: 180_000,
      parallelSyncs: 1,
    },
    otherMasters: ['cache'],
    replicas: [{ address: '127.0.0.1', port: 26391, flags: ['slave', 'disconnected'], priority: 100 }],
    peers: [{ address: '127.0.0.1', port: 26331, runId: '1111', flags: ['sentinel'] }],
    pingPeriodMs: 1000,
    quorumCheck: answers.quorumCheck,
    acl: {},
  });
});

it('knows no master where the name is not known', () => {
  const facts = parseSentinel({ ...answers, masters: [], replicas: [], peers: [], quorumCheck: 'ERR No such master with that name' });
  expect(facts.master).toBeUndefined();
  expect(facts.quorumCheck).toBe('ERR No such master with that name');
});
