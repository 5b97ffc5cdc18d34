// The rules of the service users against a real server: that it prints them as they are written, and what each user may do.

import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Redis } from 'ioredis';
import { bench, testSecrets } from '../../test/harness/rendered.ts';
import { fill } from '../shared/template.ts';
import { normalRules, rulesFor, usersOn, type Where } from './users.ts';

describe('normalRules', () => {
  test.each([
    ['on ~* -@all +ping +info +config|get', 'on ~* -@all +config|get +info +ping'],
    ['on +client -client|kill -client|pause', 'on +client -client|kill -client|pause'],
    ['-@all +subscribe +@fast +role +auth', '-@all +subscribe +@fast +auth +role'],
    ['~* -@all +b +a (~x resetchannels -@all +d +c) (+f +e)', '~* -@all +a +b (~x resetchannels -@all +c +d) (+e +f)'],
    ['off sanitize-payload resetchannels -@all', 'off sanitize-payload resetchannels -@all'],
  ])('%s', (printed, normal) => {
    expect(normalRules(printed)).toBe(normal);
    expect(normalRules(normal)).toBe(normal);
  });
});

test('rulesFor: on from the first day, a hash mark and no password, one space between words', () => {
  for (const where of ['data', 'sentinel'] as const) {
    for (const user of usersOn(where)) {
      expect(rulesFor(user, where)).toMatch(new RegExp(`^on sanitize-payload #\\{\\{sha256:${user}\\}\\} [^ ]`));
      expect(rulesFor(user, where)).not.toMatch(/ {2}| $|nopass|>/);
    }
  }
  expect(rulesFor('replica', 'sentinel')).toBeUndefined();
  expect(rulesFor('proxy', 'sentinel')).toBeUndefined();
});

const servers: { where: Where; port: number; conf: string; args: string[] }[] = [
  { where: 'data', port: 26190, conf: 'save ""\n', args: [] },
  { where: 'sentinel', port: 26191, conf: '', args: ['--sentinel'] },
];

describe.each(servers)('on a real server: $where', ({ where, port, conf, args }) => {
  const b = bench();
  let operator: Redis;
  const boot = async () => {
    b.start('redis-server', [`${b.root}/server.conf`, ...args]);
    operator = await b.login(port, 'vigie');
  };
  beforeAll(async () => {
    const acl = b.write(
      'users.acl',
      usersOn(where)
        .map((user) => `user ${user} ${rulesFor(user, where)}\n`)
        .join(''),
    );
    b.write('server.conf', `bind 127.0.0.1\nport ${port}\ndir ${b.root}\naclfile ${acl}\n${conf}`);
    await boot();
  }, 20_000);
  afterAll(() => b.end());

  const asked = () => Object.fromEntries(usersOn(where).map((user) => [user, fill(rulesFor(user, where) ?? '', testSecrets)]));
  const printed = async () => {
    const list = (await operator.call('ACL', 'LIST')) as string[];
    return Object.fromEntries(
      list.map((line) => {
        const [, user = '', rules = ''] = /^user (\S+) (.*)$/.exec(line) ?? [];
        return [user, normalRules(rules)];
      }),
    );
  };

  test('ACL LIST prints what was asked: from the file, after ACL SAVE and a new start (another hash seed), after ACL SETUSER', async () => {
    expect(await printed()).toEqual(asked());
    for (let starts = 0; starts < 3; starts += 1) {
      await operator.call('ACL', 'SAVE');
      await operator.call('SHUTDOWN').catch(() => {});
      await boot();
      expect(await printed()).toEqual(asked());
    }
    for (const [user, rules] of Object.entries(asked())) {
      await operator.call('ACL', 'SETUSER', user, 'reset', ...rules.split(' '));
    }
    expect(await printed()).toEqual(asked());
  }, 30_000);

  const may = async (user: string, command: string) => (await operator.call('ACL', 'DRYRUN', user, ...command.split(' '))) === 'OK';

  test.each(rights.filter((row) => row.where === where))('$user may', async ({ user, can, cannot }) => {
    const refused: string[] = [];
    for (const command of can) if (!(await may(user, command))) refused.push(command);
    expect(refused).toEqual([]);
    const allowed: string[] = [];
    for (const command of cannot) if (await may(user, command)) allowed.push(command);
    expect(allowed).toEqual([]);
  });

  test('nobody gets in without a password', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
      socket.once('data', (data) => resolve(data.toString()));
      socket.once('error', reject);
      socket.once('data', () => socket.destroy());
    });
    expect(answer).toMatch(/^-NOAUTH /);
  });
});

const readsAndWrites = ['GET k', 'SET k v', 'DEL k', 'XADD s * a b', 'SORT k', 'SCAN 0', 'EVAL return(1) 0', 'DUMP k'];
const administration = [
  'FLUSHALL',
  'FLUSHDB',
  'SWAPDB 0 1',
  'CONFIG GET x',
  'CONFIG SET maxmemory 1',
  'DEBUG SLEEP 0',
  'KEYS *',
  'SHUTDOWN',
  'ACL LIST',
  'ACL SETUSER x',
  'REPLICAOF no one',
  'SLAVEOF no one',
  'FAILOVER',
  'PSYNC ? -1',
  'SYNC',
  'REPLCONF ack 1',
  'MODULE LIST',
  'MIGRATE h 1 k 0 1',
  'RESTORE k 0 x',
  'BGSAVE',
  'SAVE',
  'BGREWRITEAOF',
  'CLIENT LIST',
  'CLIENT KILL TYPE normal',
  'CLIENT PAUSE 1',
  'MONITOR',
  'SLOWLOG GET 1',
  'LATENCY RESET',
  'CLUSTER RESET',
];
const sentinelAdministration = [
  'SENTINEL FAILOVER m',
  'SENTINEL SET m quorum 1',
  'SENTINEL REMOVE m',
  'SENTINEL RESET *',
  'SENTINEL MONITOR m 127.0.0.1 1 1',
  'SENTINEL CONFIG GET *',
  'SENTINEL DEBUG',
  'SENTINEL FLUSHCONFIG',
  'SENTINEL SIMULATE-FAILURE help',
  'SHUTDOWN',
  'ACL LIST',
  'CLIENT KILL TYPE normal',
];
const discovery = ['SENTINEL GET-MASTER-ADDR-BY-NAME m', 'SENTINEL MASTER m', 'SENTINEL REPLICAS m', 'SENTINEL SENTINELS m'];

const rights: { where: Where; user: string; can: string[]; cannot: string[] }[] = [
  {
    where: 'data',
    user: 'default',
    can: [
      ...readsAndWrites,
      'PING',
      'INFO',
      'ROLE',
      'MULTI',
      'EXEC',
      'WATCH k',
      'PUBLISH c x',
      'SUBSCRIBE c',
      'PSUBSCRIBE *',
      'WAIT 1 0',
      'CLIENT SETNAME x',
      'SELECT 1',
    ],
    cannot: administration,
  },
  { where: 'data', user: 'vigie', can: [...readsAndWrites, ...administration, 'CONFIG REWRITE', 'CLIENT UNPAUSE', 'ACL DRYRUN x get k'], cannot: [] },
  { where: 'data', user: 'replica', can: ['PING', 'PSYNC ? -1', 'REPLCONF listening-port 1'], cannot: [...readsAndWrites, 'INFO', 'CONFIG GET x', 'SYNC'] },
  {
    where: 'data',
    user: 'sentinel',
    can: [
      'PING',
      'INFO',
      'ROLE',
      'MULTI',
      'SLAVEOF no one',
      'CONFIG REWRITE',
      'CLIENT SETNAME x',
      'CLIENT KILL TYPE normal',
      'SCRIPT KILL',
      'EXEC',
      'PUBLISH __sentinel__:hello x',
      'SUBSCRIBE __sentinel__:hello',
      'FAILOVER',
    ],
    cannot: [...readsAndWrites, 'CONFIG GET x', 'CONFIG SET maxmemory 1', 'SHUTDOWN', 'FLUSHALL', 'PUBLISH other x', 'ACL LIST', 'PSYNC ? -1'],
  },
  { where: 'data', user: 'proxy', can: ['PING'], cannot: [...readsAndWrites, ...administration, 'INFO', 'ROLE'] },
  {
    where: 'data',
    user: 'exporter',
    can: ['PING', 'INFO all', 'CLIENT LIST', 'CLIENT SETNAME x', 'LATENCY LATEST', 'LATENCY HISTOGRAM', 'SLOWLOG LEN', 'CLUSTER INFO'],
    // CONFIG GET would show masterauth, with which everything can be read.
    cannot: [...readsAndWrites, ...administration.filter((command) => command !== 'CLIENT LIST')],
  },
  {
    where: 'data',
    user: 'gate',
    can: ['CONFIG REWRITE', 'PING', 'INFO', 'ROLE', 'CONFIG GET replica-priority', 'CONFIG SET replica-priority 100'],
    cannot: [...readsAndWrites, 'REPLICAOF no one', 'SHUTDOWN', 'FLUSHALL', 'ACL LIST'],
  },
  {
    where: 'sentinel',
    user: 'default',
    can: [
      ...discovery,
      'SENTINEL MASTERS',
      'SENTINEL SLAVES m',
      'PING',
      'INFO',
      'ROLE',
      'SUBSCRIBE +switch-master',
      'PSUBSCRIBE *',
      'UNSUBSCRIBE',
      'CLIENT SETNAME x',
    ],
    cannot: [...sentinelAdministration, 'PUBLISH __sentinel__:hello x', 'SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 1 1 x'],
  },
  { where: 'sentinel', user: 'vigie', can: [...discovery, ...sentinelAdministration, 'SENTINEL CKQUORUM m', 'PSUBSCRIBE *'], cannot: [] },
  {
    where: 'sentinel',
    user: 'sentinel',
    can: ['PING', 'PUBLISH __sentinel__:hello x', 'SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 1 1 x', 'CLIENT SETNAME x'],
    cannot: [...sentinelAdministration, ...discovery],
  },
  {
    where: 'sentinel',
    user: 'exporter',
    can: ['PING', 'INFO', 'SENTINEL MASTERS', 'SENTINEL REPLICAS m', 'SENTINEL SLAVES m', 'SENTINEL SENTINELS m', 'SENTINEL CKQUORUM m'],
    cannot: [...sentinelAdministration, 'PUBLISH __sentinel__:hello x'],
  },
  { where: 'sentinel', user: 'gate', can: ['PING', ...discovery], cannot: [...sentinelAdministration, 'PUBLISH __sentinel__:hello x'] },
];
