import { expect, it } from 'vitest';
import { parseMachine, withHolders } from './parse-machine.ts';

const debian = [
  'binary\tredis-cli\t/usr/bin/redis-cli',
  'binary\tredis-server\t/usr/bin/redis-server',
  'kernel\tLinux 6.1.0-28-amd64',
  'os\tDebian GNU/Linux 12 (bookworm)',
  'uid\t1000',
  'has\tsudo',
  'has\tapt-get',
  'inode\t66C6\t4711',
  'inode\t66C6\t4712',
  'binary\thaproxy\t/usr/sbin/haproxy',
  'proxy-1: its directory cannot be entered',
  'service.redis-1\tstate\trunning',
  'end\tproxy-1\t1',
  'end\tredis-1\t0',
  '',
].join('\n');

it('reads a Debian machine', () => {
  const machine = parseMachine(debian, [26310]);
  expect(machine.facts).toEqual({
    os: 'Debian GNU/Linux 12 (bookworm)',
    isRoot: false,
    hasSudo: true,
    packageManager: 'apt',
    binaries: {
      'redis-cli': { path: '/usr/bin/redis-cli' },
      'redis-server': { path: '/usr/bin/redis-server' },
      haproxy: { path: '/usr/sbin/haproxy' },
    },
    listening: [{ port: 26310 }],
  });
  expect(machine.ended).toEqual({ 'redis-1': { exitCode: 0, said: '' }, 'proxy-1': { exitCode: 1, said: 'proxy-1: its directory cannot be entered' } });
});

it('names the holder of a port, once', () => {
  const machine = parseMachine(debian, [26310]);
  expect(withHolders(machine, 'holder\t4712\t99\tnginx: worker\nholder\t4712\t100\tnginx\n').listening).toEqual([
    { port: 26310, pid: 99, program: 'nginx: worker' },
  ]);
});

it('reads a Mac, where lsof tells', () => {
  const mac = [
    'kernel\tDarwin 24.1.0',
    'uid\t501',
    'has\tsudo',
    'has\tbrew',
    'lsof\tp301',
    'lsof\tcredis-server',
    'lsof\tn127.0.0.1:6379',
    'lsof\tn[::1]:6379',
    'lsof\tn*:7000',
  ];
  expect(parseMachine(mac.join('\n'), [6379]).facts).toMatchObject({
    os: 'Darwin 24.1.0',
    packageManager: 'brew',
    listening: [{ port: 6379, pid: 301, program: 'redis-server' }],
  });
});
