import { describe, expect, test } from 'vitest';
import { loadTopology } from './load.ts';
import { formatProblem } from './problem.ts';

const errors = (text: string) => loadTopology(text, 'vigie.yaml').errors.map(formatProblem);
const warnings = (text: string) => loadTopology(text, 'vigie.yaml').warnings.map(formatProblem);
const good = 'redis: { on: [1, 2, 3] }\nsentinel: { on: [1, 2, 3] }\n';
const hosts = 'hosts:\n  a: { address: 10.0.0.1 }\n  b: { address: 10.0.0.2 }\n  c: { address: 10.0.0.3 }\n';
const onHosts = `target: ssh\n${hosts}redis: { on: [a, b, c] }\nsentinel: { on: [a, b, c] }\n`;

const lost = 'this alias (*) names no anchor (&) above it. Next: write the anchor above it, or the text in quotes if it begins with a star';

describe('what is right', () => {
  test('the least that there can be', () => {
    const loaded = loadTopology(good, 'vigie.yaml');
    expect(loaded).toMatchObject({ errors: [], warnings: [], topology: { redis: { on: ['1', '2', '3'] } } });
  });

  test('names stay as they are written, also where YAML sees numbers', () => {
    const { topology } = loadTopology(
      'name: 007\nengine: { version: 7.10 }\nmode: standalone\nhosts: { 01: { zone: 1 } }\nredis: { on: [01], config: { unixtime: 0x10 } }\n',
      'f',
    );
    expect(topology).toMatchObject({
      name: '007',
      engine: { version: '7.10' },
      hosts: { '01': { zone: '1' } },
      redis: { on: ['01'], config: { unixtime: '0x10' } },
    });
  });

  test('directives with an underscore', () => {
    const lists = ['server_cpulist', 'bio_cpulist', 'aof_rewrite_cpulist', 'bgsave_cpulist'];
    const text = `redis: { on: [1, 2, 3], config: { ${lists.map((name) => `${name}: 0-1`).join(', ')} } }\nsentinel: { on: [1, 2, 3] }\n`;
    expect(loadTopology(text, 'f')).toMatchObject({ errors: [], warnings: [] });
  });

  test('a byte-order mark, Windows line ends, anchors', () => {
    expect(errors(`\uFEFFredis: { on: &all [1, 2, 3] }\r\nsentinel:\r\n  on: *all\r\n`)).toEqual([]);
  });

  test('the shape of the documentation loads, with what is not used said', () => {
    const text = `name: kb-redis-master
mode: sentinel
target: local
runtime: process
profile: dev
engine: { kind: redis, install: package }
hosts:
  redis-01: { address: 10.90.0.123, zone: a }
redis:    { on: [redis-01, redis-02, redis-03], port: 6379, persistence: aof, maxmemory: 256mb, config: { maxmemory-policy: allkeys-lru } }
sentinel: { on: [redis-01, redis-02, redis-03], port: 26379, quorum: 2, downAfter: 2s }
proxy:    { on: [haproxy-01, haproxy-02], write: 6379, read: 6381 }
lookout:  { lease: 400ms, fastPath: true, onMinority: close }
vip:      { address: 10.90.0.10/24, provider: keepalived }
`;
    expect(errors(text)).toEqual([]);
    expect(warnings(text)).toEqual([
      'vigie.yaml:8:24: addresses are not used with target local: everything runs on 127.0.0.1 of this machine. Next: write target: ssh, or take the addresses out',
      'vigie.yaml:9:55: ports are not used with target local: they are counted from portBase. Next: take them out, or write portBase',
      'vigie.yaml:13:1: a floating address is not used with target local. Next: take it out, or write target: ssh',
    ]);
  });
});

describe('errors in what is written', () => {
  const cases: [string, string, string[]][] = [
    ['an empty file', '', ['vigie.yaml:1:1: the file is empty. Next: vigie init writes a topology to begin with']],
    ['only a comment', '# nothing\n', ['vigie.yaml:1:1: the file is empty. Next: vigie init writes a topology to begin with']],
    ['a list', '- 1\n', ['vigie.yaml:1:1: this is not a topology: a section with keys is wanted, like `redis: { on: [1, 2, 3] }`.']],
    [
      'no redis',
      'name: a\n',
      [
        'vigie.yaml:1:1: redis is missing. Next: write redis: { on: [1, 2, 3] }',
        'vigie.yaml:1:1: mode sentinel needs Sentinels. Next: add sentinel: { on: [three hosts] }, or set mode: replication',
      ],
    ],
    ['no redis.on', 'mode: standalone\nredis:\n  port: 6379\n', ['vigie.yaml:2:1: redis.on is missing. Next: write redis: { on: [1, 2, 3] }']],
    ['nobody', 'mode: standalone\nredis: { on: [] }\n', ['vigie.yaml:2:14: redis.on names nobody.']],
    [
      'a name instead of a list',
      'mode: standalone\nredis: { on: a }\n',
      ['vigie.yaml:2:14: redis.on: a list is wanted, like [redis-01, redis-02], not a value.'],
    ],
    ['an unknown key', `${good}lookuot: {}\n`, ["vigie.yaml:3:1: 'lookuot' is not a key of a topology. Next: did you mean lookout?"]],
    [
      'an unknown key deeper',
      'redis: { on: [1, 2, 3] }\nsentinel: { on: [1, 2, 3], down-after: 2s }\n',
      ["vigie.yaml:2:28: 'down-after' is not a key of sentinel. Next: did you mean downAfter?"],
    ],
    [
      'an unknown key in an entry',
      'mode: standalone\nredis: { on: [{ hots: 1 }] }\n',
      ['vigie.yaml:2:15: redis.on.0.host is missing. Next: write host: NAME', "vigie.yaml:2:17: 'hots' is not a key of redis.on. Next: did you mean host?"],
    ],
    ['a wrong word', `${good}profile: prod\n`, ["vigie.yaml:3:10: profile: 'prod' is not one of dev, staging, production."]],
    [
      'a mistyped word',
      `${good}profile: prodution\n`,
      ["vigie.yaml:3:10: profile: 'prodution' is not one of dev, staging, production. Next: did you mean production?"],
    ],
    [
      'no unit',
      'redis: { on: [1, 2, 3], maxmemory: 256 }\nsentinel: { on: [1, 2, 3], downAfter: 2000 }\n',
      [
        'vigie.yaml:1:36: redis.maxmemory: 256 is not a size: a number with its unit, write 256mb, or 256b if it counts bytes.',
        'vigie.yaml:2:39: sentinel.downAfter: 2000 is not a duration: a number with its unit, write 2000ms or 2000s.',
      ],
    ],
    [
      'a wrong unit',
      'redis: { on: [1, 2, 3], maxmemory: 1tb }\nsentinel: { on: [1, 2, 3], downAfter: 2sec }\n',
      [
        "vigie.yaml:1:36: redis.maxmemory: '1tb' is not a size: a number with its unit, write it like 64kb, 256mb or 1gb.",
        "vigie.yaml:2:39: sentinel.downAfter: '2sec' is not a duration: a number with its unit, write it like 400ms, 2s, 30m or 1h.",
      ],
    ],
    [
      'a port that is none',
      'mode: standalone\nredis: { on: [1], port: 70000 }\n',
      ['vigie.yaml:2:25: redis.port: 70000 is not a whole number from 1 to 65535.'],
    ],
    [
      'a name with a space',
      `name: kb redis\n${good}`,
      ["vigie.yaml:1:7: name: 'kb redis' cannot be a name: letters, digits, dot, dash and underscore, 64 at most, and the first a letter or digit."],
    ],
    [
      'an address that is none',
      `${hosts}  d: { address: 'redis://u:hunter2@h' }\nredis: { on: [a, b, c] }\nsentinel: { on: [a, b, c] }\n`,
      ['vigie.yaml:5:17: hosts.d.address: this is not an address: write an IP address, 10.0.0.5 or fd00::5.'],
    ],
    ['a version that is none', `${good}engine: { version: latest }\n`, ['vigie.yaml:3:20: engine.version: a version is wanted, like 7, 7.2 or 7.2.5.']],
    [
      'a credential in two ways',
      `${good}credentials: { vigie: { file: a, env: B } }\n`,
      ['vigie.yaml:3:34: credentials.vigie says it in two ways. Next: keep one of file, env'],
    ],
    [
      'an unknown user',
      `${good}credentials: { exportr: { file: a } }\n`,
      ["vigie.yaml:3:16: 'exportr' is not a key of credentials. Next: did you mean exporter?"],
    ],
    [
      'a key twice, and the rest',
      'mode: standalone\nredis: { on: [1], port: 0 }\nredis: { on: [2] }\nnane: x\n',
      [
        'vigie.yaml:2:25: redis.port: 0 is not a whole number from 1 to 65535.',
        "vigie.yaml:3:1: 'redis' is written twice in its section, first on line 2. Next: keep one of the two; the first was read here",
        "vigie.yaml:4:1: 'nane' is not a key of a topology. Next: did you mean name?",
      ],
    ],
    [
      'a host twice, once in quotes',
      `${good}hosts: { 1: {}, "1": {}, 2: {}, 3: {} }\n`,
      ["vigie.yaml:3:17: '1' is written twice in its section, first on line 3. Next: keep one of the two; the first was read here"],
    ],
    [
      'an alias without an anchor, and the rest',
      'name: *undefined\nredis: { on: [1, *two, 3] }\nsentinel: { on: *all, downAfter: 1s }\n',
      [
        `vigie.yaml:1:7: name: ${lost}`,
        `vigie.yaml:2:18: redis.on.1: ${lost}`,
        `vigie.yaml:3:17: sentinel.on: ${lost}`,
        "vigie.yaml:3:34: downAfter 1s is too short: Sentinel's ping period is 1 s, and below 1250ms a healthy new master is failed over again at once. Next: write 1250ms or more",
      ],
    ],
    ['only an alias', '*undefined\n', [`vigie.yaml:1:1: ${lost}`]],
    [
      'a key of another section',
      `${good}maxmemory: 5mb\ndown-after: 2s\nquorom: 2\nport: 7000\nmaxmemory-policy: allkeys-lru\nfoo: 1\n`,
      [
        "vigie.yaml:3:1: 'maxmemory' is not a key of a topology. Next: did you mean redis.maxmemory?",
        "vigie.yaml:4:1: 'down-after' is not a key of a topology. Next: did you mean sentinel.downAfter?",
        "vigie.yaml:5:1: 'quorom' is not a key of a topology. Next: did you mean sentinel.quorum?",
        "vigie.yaml:6:1: 'port' is not a key of a topology. Next: did you mean hosts.NAME.ssh.port or redis.port or sentinel.port?",
        "vigie.yaml:7:1: 'maxmemory-policy' is not a key of a topology. Next: did you mean redis.config.maxmemory-policy?",
        "vigie.yaml:8:1: 'foo' is not a key of a topology. Next: the keys here are name, masterName, mode, target, runtime, profile, portBase, engine, hosts, redis, sentinel, proxy, lookout, cluster, coldStart, credentials, vip, drill",
      ],
    ],
    [
      'a key one section too high',
      'mode: standalone\nhosts: { a: { user: root } }\nredis: { on: [a], lease: 1s }\n',
      [
        "vigie.yaml:2:15: 'user' is not a key of hosts.a. Next: did you mean hosts.a.ssh.user?",
        "vigie.yaml:3:19: 'lease' is not a key of redis. Next: did you mean lookout.lease?",
      ],
    ],
    [
      'an empty section',
      'mode: standalone\nredis:\n',
      ['vigie.yaml:2:7: redis: a section with keys is wanted, not nothing. Next: write redis: { on: [1, 2, 3] }'],
    ],
    [
      'broken YAML',
      'redis: { on: [1\n',
      [
        'vigie.yaml:2:1: YAML: Flow sequence in block collection must be sufficiently indented and end with a ].',
        'vigie.yaml:2:1: YAML: Flow map in block collection must be sufficiently indented and end with a }.',
      ],
    ],
    ['two documents', `${good}---\n${good}`, ['vigie.yaml:3:1: the file holds several documents (---), and a topology is one.']],
    [
      'an alias of itself',
      'redis: &a { on: [1], config: *a }\n',
      ['vigie.yaml:1:1: the file is nested too deeply or refers to itself. Next: vigie init writes a topology to begin with'],
    ],
  ];
  test.each(cases)('%s', (_, text, expected) => expect(errors(text)).toEqual(expected));
});

describe('checks across sections', () => {
  const sentinel = (more: string) => `redis: { on: [1, 2, 3] }\nsentinel: { on: [1, 2, 3], ${more} }\n`;
  const redis = (more: string) => `redis: { on: [1, 2, 3], ${more} }\nsentinel: { on: [1, 2, 3] }\n`;
  const wrong: [string, string, string[]][] = [
    [
      'downAfter below the ping period',
      sentinel('downAfter: 1s'),
      [
        "vigie.yaml:2:39: downAfter 1s is too short: Sentinel's ping period is 1 s, and below 1250ms a healthy new master is failed over again at once. Next: write 1250ms or more",
      ],
    ],
    [
      'a lease beyond half of downAfter',
      `${sentinel('downAfter: 2s')}lookout: { lease: 1200ms }\n`,
      [
        'vigie.yaml:3:19: downAfter 2s is less than twice the lease of 1200ms: a proxy that is cut off might close its write route too late. Next: write a lease of 1s or less',
      ],
    ],
    [
      'failoverTimeout below an attempt',
      sentinel('failoverTimeout: 2s'),
      ['vigie.yaml:2:45: failoverTimeout 2s is too short: an attempt that goes well takes up to 2 s and would be given up. Next: write 3s to 6s'],
    ],
    [
      'Sentinels without the mode',
      `mode: replication\n${good}`,
      ['vigie.yaml:3:1: mode replication has no Sentinels. Next: take the section out, or set mode: sentinel'],
    ],
    [
      'the mode without Sentinels',
      'mode: sentinel\nredis: { on: [1, 2, 3] }\n',
      ['vigie.yaml:1:1: mode sentinel needs Sentinels. Next: add sentinel: { on: [three hosts] }, or set mode: replication'],
    ],
    [
      'two nodes of one name',
      'redis: { on: [1, 2, 1] }\nsentinel: { on: [1, 2, 3] }\n',
      [
        'vigie.yaml:1:21: 1 is named twice in redis.on, so two nodes would be redis-1. Next: name each host once, or write {host, port} where it carries several',
      ],
    ],
    [
      'two hosts, one id',
      'redis: { on: [1, redis-1] }\nmode: replication\n',
      ['vigie.yaml:1:18: hosts 1 and redis-1 would both carry redis-1. Next: rename one of the hosts'],
    ],
    ['a master that is no node', redis('master: 4'), ['vigie.yaml:1:33: redis.master names "4", which is not in redis.on. Next: name a host of redis.on']],
    [
      'a host that is not defined',
      onHosts.replace('sentinel: { on: [a, b, c]', 'sentinel: { on: [a, b, d]'),
      ['vigie.yaml:7:24: host d is not defined in hosts. Next: add hosts: { d: { address: … } }'],
    ],
    [
      'two services on one port',
      `${onHosts}proxy: { on: [a] }\n`,
      ['vigie.yaml:8:1: write of proxy-a and redis-a would both listen on 10.0.0.1 port 6379. Next: write proxy.write: 6380, or use another host'],
    ],
    [
      'a name where Sentinel needs an address',
      onHosts.replace('10.0.0.2', 'b.internal'),
      ['vigie.yaml:4:17: the address of b is not an IP address: a DNS answer that hangs would stop the Sentinels. Next: write the IP address'],
    ],
    [
      'no address',
      onHosts.replace('{ address: 10.0.0.2 }', '{}'),
      ['vigie.yaml:4:3: host b has no address, and target ssh needs one. Next: write address: IP'],
    ],
    [
      'min-replicas that can never be',
      redis('config: { min-replicas-to-write: 3 }'),
      ['vigie.yaml:1:58: min-replicas-to-write 3 with 2 replicas: no write would ever be accepted. Next: write 1'],
    ],
    [
      'an empty dbfilename',
      redis("config: { dbfilename: '' }"),
      [
        'vigie.yaml:1:35: dbfilename cannot be set in redis.config: without a file name every replica copies everything again and again, for ever. Next: take it out; set redis.persistence: none to keep nothing',
      ],
    ],
    [
      'a floating address without proxies',
      `${onHosts}vip: { address: 10.0.0.9/24 }\n`,
      ['vigie.yaml:8:1: A floating address belongs to the proxies, and there are none. Next: add a proxy section, or take vip out'],
    ],
    [
      'two masters alone',
      'mode: standalone\nredis: { on: [1, 2] }\n',
      ['vigie.yaml:2:14: mode standalone is one Redis, and 2 are named. Next: name one, or set mode: replication'],
    ],
    [
      'save points without rdb',
      redis('persistence: aof, config: { save: 900 1 }'),
      ['vigie.yaml:1:59: save points with persistence aof. Next: set redis.persistence: rdb or both'],
    ],
    [
      'a value of another kind',
      redis('config: { timeout: 5m, appendfsync: sometimes }'),
      [
        "vigie.yaml:1:44: timeout: '5m' is not a whole number. Next: write it as redis.conf does",
        "vigie.yaml:1:61: appendfsync: 'sometimes' is not one of everysec, always, no. Next: write it as redis.conf does",
      ],
    ],
    [
      'an old and a new name of one directive',
      redis('config: { slave-priority: 50, replica-priority: 60 }'),
      ['vigie.yaml:1:55: replica-priority and slave-priority are the same directive. Next: write it once'],
    ],
  ];
  test.each(wrong)('error: %s', (_, text, expected) => expect(errors(text)).toEqual(expected));

  const doubtful: [string, string, string[]][] = [
    [
      'a quorum below the majority',
      sentinel('quorum: 1'),
      [
        'vigie.yaml:2:36: quorum 1 of 3 Sentinels is not the majority: a minority may then suspect the master for all; a majority must still vote. Next: write quorum: 2, or leave it out',
      ],
    ],
    [
      'an even number of Sentinels',
      'redis: { on: [1, 2, 3] }\nsentinel: { on: [1, 2, 3, 4] }\n',
      ['vigie.yaml:2:17: 4 Sentinels survive no more losses than 3, and a split in halves leaves no majority. Next: name 5 hosts, or 3'],
    ],
    [
      'the fast path off',
      sentinel('downAfter: 1500ms'),
      ['vigie.yaml:2:39: With downAfter 1500ms the fast path is off: it needs 2s. Next: write downAfter: 2s or more, or fastPath: false'],
    ],
    [
      'a replica beside its master',
      onHosts.replace('redis: { on: [a, b, c]', 'redis: { on: [a, { host: a, port: 6380 }, c]'),
      ['vigie.yaml:6:18: redis-a-6380 would stand beside its master redis-a on one host, and be lost with it. Next: put it on another host'],
    ],
    [
      'all in one zone',
      onHosts.replaceAll(/10\.0\.0\.(\d)/g, '10.0.0.$1, zone: x'),
      [
        'vigie.yaml:6:14: the master and all replicas are in zone x, and lost with it. Next: put a replica into another zone',
        'vigie.yaml:7:17: 3 of 3 Sentinels are in zone x with the master: if it goes, nobody is left to decide. Next: spread them over three zones',
      ],
    ],
    [
      'min-replicas 0',
      redis('config: { min-replicas-to-write: 0 }'),
      [
        'vigie.yaml:1:58: min-replicas-to-write 0: a master that is cut off goes on accepting writes that will be lost. Next: leave it out, or keep it for a cache',
      ],
    ],
    [
      'no witness for the fast path',
      `${onHosts.replace('redis: { on: [a, b, c]', 'redis: { on: [a, b, d]').replace('hosts:\n', 'hosts:\n  d: { address: 10.0.0.4 }\n')}lookout: { fastPath: true }\n`,
      [
        'vigie.yaml:9:22: no Sentinel stands on d: while the master is there, nobody can witness its death and the fast path is off. Next: put a Sentinel on each host of redis.on',
      ],
    ],
    [
      'nothing kept in production',
      `profile: production\n${redis('persistence: none, maxmemory: 1gb')}`,
      ['vigie.yaml:2:38: persistence none in production: what all nodes held is gone when all of them stop. Next: write persistence: aof'],
    ],
    [
      'no limit in production',
      `profile: production\n${good}`,
      ['vigie.yaml:2:1: maxmemory is not limited: a full host ends Redis by force. Next: write maxmemory, about 60 % of the memory of a host'],
    ],
    [
      'a mistyped directive',
      redis('config: { maxmemory-polcy: noeviction }'),
      ['vigie.yaml:1:35: maxmemory-polcy is not a directive of Redis 7.0. Next: did you mean maxmemory-policy?'],
    ],
    [
      'clients that give up too early',
      `${good}proxy: { on: [1], holdFor: 1s }\n`,
      [
        'vigie.yaml:3:28: Clients wait 1s, and a failover after a hang takes up to about 4s: they would be refused before it ends. Next: write holdFor: 4s or more',
      ],
    ],
  ];
  test.each(doubtful)('warning: %s', (_, text, expected) => {
    expect(warnings(text)).toEqual(expected);
    expect(errors(text)).toEqual([]);
  });
});
