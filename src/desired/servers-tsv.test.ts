import { describe, expect, test } from 'vitest';
import { loadTopology } from './load.ts';
import { formatProblem } from './problem.ts';
import { type TsvOptions, loadServersTsv } from './servers-tsv.ts';
import { toYaml } from './to-yaml.ts';

const header = 'ENV\tIP_PUBLIQUE\tHOSTNAME\tIP_PRIVEE\tFQDN\tUSER_SSH\tPOOL\tROLE\tSUBROLE\tDOCKER_STACK\tCORE\tNOTES';
const row = (env: string, name: string, address: string, role: string, subrole: string, { pool = 'kb', user = 'root', stack = '', notes = '' } = {}) =>
  [env, '203.0.113.7', name, address, `${name}.example.org`, user, pool, role, subrole, stack, 'yes', notes].join('\t');
const master = row('prod', 'redis-01', '10.0.0.123', 'redis', 'master');
const replicas = [row('prod', 'redis-02', '10.0.0.124', 'redis', 'replica'), row('prod', 'redis-03', '10.0.0.125', 'redis', 'replica')];
const proxies = [row('prod', 'haproxy-01', '10.0.0.11', 'lb', 'internal-haproxy'), row('prod', 'haproxy-02', '10.0.0.12', 'lb', 'internal-haproxy')];
const others = [
  row('prod', 'réseau-été', 'à définir', 'k3s', 'wörker', { notes: 'prêt "à' }),
  row('prod', 'lb-01', '', 'lb', 'public'),
  row('dev', 'redis-01', '10.9.0.1', 'redis', 'master'),
  'prod\t\tshort',
];
const file = (...lines: string[]) => `${[header, ...lines].join('\n')}\n`;
const good = file(master, ...replicas, ...proxies, ...others);

const load = (text: string, options: TsvOptions = {}) => loadServersTsv(text, 'servers.tsv', options);
const errors = (text: string, options: TsvOptions = {}) => load(text, options).errors.map(formatProblem);

test('ours among the others', () => {
  const { topology, errors: none, warnings, environments, pools } = load(good);
  expect(none).toEqual([]);
  expect(warnings.map(formatProblem)).toEqual([
    'servers.tsv:1:1: maxmemory is not limited: a full host ends Redis by force. Next: write maxmemory, about 60 % of the memory of a host',
  ]);
  expect({ environments, pools }).toEqual({ environments: ['prod', 'dev'], pools: ['kb'] });
  expect(topology).toEqual({
    name: 'vigie',
    mode: 'sentinel',
    target: 'ssh',
    profile: 'production',
    hosts: {
      'redis-01': { address: '10.0.0.123', ssh: { user: 'root' } },
      'redis-02': { address: '10.0.0.124', ssh: { user: 'root' } },
      'redis-03': { address: '10.0.0.125', ssh: { user: 'root' } },
      'haproxy-01': { address: '10.0.0.11', ssh: { user: 'root' } },
      'haproxy-02': { address: '10.0.0.12', ssh: { user: 'root' } },
    },
    redis: { on: ['redis-01', 'redis-02', 'redis-03'], master: 'redis-01' },
    sentinel: { on: ['redis-01', 'redis-02', 'redis-03'] },
    proxy: { on: ['haproxy-01', 'haproxy-02'], write: 6379, read: 6381 },
  });
});

describe('however it was edited', () => {
  const same: [string, string][] = [
    ['Windows line ends and a byte-order mark', `\uFEFF${good.replaceAll('\n', '\r\n')}`],
    ['blank lines, also before the header', `\n\t\t\n${good.replaceAll('\n', '\n\n  \n')}`],
    ['columns added at the end', good.replaceAll('\n', '\tmore\teven more\n')],
    ['an accent and a blank in a column name', good.replace('IP_PRIVEE', 'IP privée')],
    ['a header behind a #, and comments', good.replace('ENV', '#ENV').replace(master, `# the redis hosts\n${master}`)],
    ['space around cells, capital letters', good.replaceAll('\tredis\t', '\t Redis \t').replaceAll('master', 'MASTER')],
    ['dashes where there is nothing', good.replaceAll('\t\tyes', '\t-\tyes')],
    [
      'columns in another order',
      good
        .split('\n')
        .map((line) => line.split('\t').toReversed().join('\t'))
        .join('\n'),
    ],
  ];
  test.each(same)('%s', (_, text) => expect(load(text).topology).toEqual(load(good).topology));

  test('DOCKER_STACK filled means runtime docker, no user none, public addresses on wish', () => {
    const text = file(row('prod', 'redis-01', '10.0.0.1', 'redis', 'master', { stack: 'redis-stack', user: '' }));
    expect(load(text).topology?.hosts).toEqual({ 'redis-01': { address: '10.0.0.1', runtime: 'docker' } });
    expect(load(text, { via: 'public' }).topology?.hosts).toMatchObject({ 'redis-01': { address: '203.0.113.7' } });
  });

  test('another environment, another name', () => {
    expect(load(good, { env: 'DEV', name: 'try' }).topology).toMatchObject({ name: 'try', hosts: { 'redis-01': { address: '10.9.0.1' } } });
  });
});

describe('errors, all at once, each with its line', () => {
  const cases: [string, string, TsvOptions, string[]][] = [
    ['an empty file', '', {}, ['servers.tsv:1:1: the file is empty. Next: write a header and a row for each server, separated by tabs']],
    [
      'missing columns',
      good.replace('IP_PRIVEE', 'IP').replace('SUBROLE', 'KIND'),
      {},
      ['servers.tsv:1:1: the columns IP_PRIVEE, SUBROLE are missing in the header. Next: name the columns in the first line'],
    ],
    [
      'spaces instead of tabs',
      good.replaceAll('\t', '  '),
      {},
      ['servers.tsv:1:1: the columns ENV, HOSTNAME, IP_PRIVEE, ROLE, SUBROLE are missing in the header. Next: separate the columns by tabs, not by spaces'],
    ],
    [
      'a bad address, a duplicate name',
      file(master.replace('10.0.0.123', '10.0.0.300'), ...replicas, replicas[0]?.replace('10.0.0.124', '10.0.0.9') ?? ''),
      {},
      [
        "servers.tsv:2:27: '10.0.0.300' is not an IP address. Next: write the IP address of the server",
        'servers.tsv:5:18: redis-02 stands in line 3 already. Next: give each server a name of its own',
      ],
    ],
    [
      'no address, no name',
      file(master.replace('10.0.0.123', ''), ...replicas.map((line) => line.replace('redis-03\t', '\t'))),
      {},
      [
        "servers.tsv:2:27: 'redis-01' has no IP_PRIVEE. Next: write the IP address of the server",
        'servers.tsv:4:18: the row has no HOSTNAME. Next: write the name of the server',
      ],
    ],
    [
      'one address twice',
      file(master, ...replicas.map((line) => line.replace('10.0.0.125', '10.0.0.124'))),
      {},
      ['servers.tsv:4:27: 10.0.0.124 is the address of redis-02 in line 3 already. Next: give each server an address of its own'],
    ],
    ['no master', file(...replicas), {}, ["servers.tsv:2:73: no row with ENV 'prod' is master. Next: write SUBROLE master for the one that begins as master"]],
    [
      'two masters in two pools',
      file(master, row('prod', 'redis-09', '10.0.0.9', 'redis', 'master', { pool: 'b' })),
      {},
      [
        "servers.tsv:3:70: 2 rows with ENV 'prod' are master: redis-01 in line 2 (pool 'kb'), redis-09 in line 3 (pool 'b'). Next: choose one: --pool kb or --pool b",
      ],
    ],
    [
      'two masters in one pool',
      file(master, master.replace('redis-01', 'redis-04').replace('10.0.0.123', '10.0.0.4')),
      {},
      [
        "servers.tsv:3:71: 2 rows with ENV 'prod' are master: redis-01 in line 2 (pool 'kb'), redis-04 in line 3 (pool 'kb'). Next: write SUBROLE replica for all but one",
      ],
    ],
    [
      'nothing in this environment',
      good,
      { env: 'qa' },
      ["servers.tsv:1:1: no row is redis with ENV 'qa'. Next: the file has 'prod', 'dev': give --inventory-env"],
    ],
    ['nothing in this pool', good, { pool: 'x' }, ["servers.tsv:1:1: no row is redis with ENV 'prod' and POOL 'x'. Next: its pools are 'kb': give --pool"]],
    [
      'nothing of ours at all',
      file(others[0] ?? ''),
      {},
      ["servers.tsv:1:1: no row is redis with ENV 'prod'. Next: write rows with ROLE redis and SUBROLE master or replica"],
    ],
  ];
  test.each(cases)('%s', (_, text, options, expected) => {
    expect(errors(text, options)).toEqual(expected);
    expect(load(text, options).topology).toBeUndefined();
  });
});

test('a pool has its own master, its own name, and the proxies of its pool or of none', () => {
  const text = file(master, ...proxies, row('prod', 'redis-09', '10.0.0.9', 'redis', 'master', { pool: 'b' }));
  expect(load(text, { pool: 'kb' }).topology).toMatchObject({ name: 'kb', redis: { on: ['redis-01'] }, proxy: { on: ['haproxy-01', 'haproxy-02'] } });
  const other = load(text, { pool: 'B' });
  expect(other.topology).toMatchObject({ redis: { on: ['redis-09'] }, proxy: { on: ['haproxy-01', 'haproxy-02'] } });
  expect(other.warnings.map(formatProblem)).toContain(
    "servers.tsv:3:67: no internal-haproxy is in pool 'B': all of this environment are taken. Next: write the pool into the POOL column, and leave the others out",
  );
});

test('a SUBROLE of redis that is not known is said and left out; two Sentinels are warned of at the header', () => {
  const { topology, warnings } = load(file(master, replicas[0] ?? '', row('prod', 'redis-77', 'nowhere', 'redis', 'cache')));
  expect(topology?.redis.on).toEqual(['redis-01', 'redis-02']);
  expect(warnings.map(({ line, message }) => [line, message.split(':')[0]])).toEqual([
    [1, '2 Sentinels survive no more losses than 1, and a split in halves leaves no majority.'],
    [1, 'maxmemory is not limited'],
    [4, "'cache' is not a SUBROLE of redis that Vigie knows; the row is left out."],
  ]);
});

test('written as vigie.yaml it loads to the same topology', () => {
  const { topology } = load(good);
  if (topology === undefined) throw new Error('the inventory has errors');
  const text = toYaml(topology, 'From servers.tsv');
  expect(text.split('\n').slice(0, 2)).toEqual(['# yaml-language-server: $schema=./node_modules/vigie/schema/vigie.schema.json', '# From servers.tsv']);
  expect(loadTopology(text, 'vigie.yaml')).toMatchObject({ topology, errors: [] });
  expect(text).toMatchInlineSnapshot(`
    "# yaml-language-server: $schema=./node_modules/vigie/schema/vigie.schema.json
    # From servers.tsv

    name: vigie # Name of the deployment, and of the master for Sentinels and clients.
    mode: sentinel # standalone | replication | sentinel | cluster
    target: ssh # local | ssh | compose | kubernetes
    profile: production # dev | staging | production: defaults for everything that is not written here.

    # The machines.
    hosts:
      redis-01: { address: 10.0.0.123, ssh: { user: root } }
      redis-02: { address: 10.0.0.124, ssh: { user: root } }
      redis-03: { address: 10.0.0.125, ssh: { user: root } }
      haproxy-01: { address: 10.0.0.11, ssh: { user: root } }
      haproxy-02: { address: 10.0.0.12, ssh: { user: root } }

    # The data nodes; \`master\` counts for the very first start only.
    redis:
      on: [ redis-01, redis-02, redis-03 ]
      master: redis-01

    # Who watches and decides; the quorum is a majority unless it is written here.
    sentinel:
      on: [ redis-01, redis-02, redis-03 ]

    # Fixed endpoints: write follows the master, read is the replicas in sync.
    proxy:
      on: [ haproxy-01, haproxy-02 ]
      write: 6379
      read: 6381
    "
  `);
});
