import { describe, expect, test } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { type SnapshotEditor, snapshotOf } from '../../test/harness/snapshot.ts';
import { type Deployment, allNodes } from '../desired/deployment.ts';
import { filesOf } from '../desired/paths.ts';
import { rulesFor, serviceUsers, usersOn } from '../desired/users.ts';
import type { Journal, Snapshot } from '../observed/snapshot.ts';
import type { PlanContext } from './context.ts';
import { planDown } from './down.ts';
import { plan } from './plan.ts';
import type { Plan } from './step.ts';

const asked = exampleDeployment({ portBase: 6400, name: 'cache' });
const context: PlanContext = {
  machineOf: Object.fromEntries(allNodes(asked).map((node) => [node.id, 'local'])),
  credentials: [...serviceUsers],
  packagesFor: () => [],
};

/** A deployment that is exactly as asked, then changed. */
function seen(change: (edit: SnapshotEditor) => void = () => {}, deployment: Deployment = asked): Snapshot {
  const rules = (where: 'data' | 'sentinel') => Object.fromEntries(usersOn(where).map((user) => [user, rulesFor(user, where) ?? '']));
  return snapshotOf(deployment, (edit) => {
    for (const node of allNodes(deployment)) {
      edit.service(node.id).files = Object.fromEntries(filesOf(node).map((file) => [file, { present: true, matches: true }]));
      if (node.kind === 'redis') edit.redis(node.id).acl = rules('data');
      if (node.kind === 'sentinel') Object.assign(edit.sentinel(node.id), { acl: rules('sentinel'), pingPeriodMs: 1000 });
    }
    change(edit);
  });
}

const absent = { state: 'absent', pid: undefined, cleanStop: true, dataBytes: 0, files: {}, journal: undefined } as never;
const neverRan = (edit: SnapshotEditor): void => {
  for (const node of allNodes(asked)) edit.lose(node.id, 'refused', absent);
};
const ids = (made: Plan): string[] => made.steps.map((step) => step.id);
const codes = (made: Plan): string[] => made.refused.map((refusal) => refusal.code);
const failedOver = (edit: SnapshotEditor): void => {
  const [one, two] = [asked.redis[0], asked.redis[1]];
  if (!one || !two) throw new Error('the example has three nodes');
  for (const id of ['redis-1', 'redis-3']) Object.assign(edit.redis(id), { role: 'replica', link: 'up', master: { address: two.address, port: two.port } });
  Object.assign(edit.redis('redis-2'), { role: 'master', link: 'master', master: undefined });
  for (const node of asked.sentinels) Object.assign(edit.sentinel(node.id).master ?? {}, { address: two.address, port: two.port, configEpoch: 9 });
  edit.route('write', 'redis-2');
  edit.route('read', 'redis-1', 'redis-3');
};

describe('law 1: the live system is the truth', () => {
  test.each([
    ['as deployed', () => {}],
    ['after failovers', failedOver],
  ])('a healthy deployment %s needs nothing', (_, change) => {
    expect(plan(asked, seen(change), context)).toEqual({ steps: [], refused: [], notes: [] });
  });

  test('a node that comes back is started behind its gate, in whatever role; nothing else is touched', () => {
    const made = plan(
      asked,
      seen((edit) => (failedOver(edit), edit.lose('redis-1'))),
      context,
    );
    expect(made.steps.map(({ id, stage }) => `${stage} ${id}`)).toEqual(['return start/redis-1', 'proxies read-route/proxy-1']);
  });

  test('an old master that came back raw is told to follow', () => {
    const made = plan(
      asked,
      seen((edit) => (failedOver(edit), Object.assign(edit.redis('redis-1'), { role: 'master', link: 'master' }))),
      context,
    );
    expect(made.steps[0]).toMatchObject({ kind: 'follow', node: 'redis-1', master: 'redis-2', risk: 'role', reason: 'it says master, but redis-2 is' });
  });

  test('files of servers are never written again, whatever is in them; only absent ones and ours that differ are', () => {
    const made = plan(
      asked,
      seen((edit) => {
        edit.service('redis-2').files['redis.conf'] = { present: true };
        edit.service('redis-3').files['gate.sh'] = { present: true, matches: false };
        edit.service('proxy-1').files['haproxy.cfg'] = { present: true, matches: false };
      }),
      context,
    );
    expect(made.steps.map((step) => step.sentence)).toEqual([
      'write gate.sh of redis-3',
      'write haproxy.cfg of proxy-1',
      'restart proxy-1',
      'open the write route of proxy-1 to redis-1',
      'send the reads of proxy-1 to redis-2, redis-3',
    ]);
  });
});

describe('the first start', () => {
  test('stage by stage: files, the master by permit, replicas, Sentinels, proxies, routes', () => {
    const made = plan(asked, seen(neverRan), context);
    expect(made.refused).toEqual([]);
    expect([...new Set(made.steps.map((step) => step.stage))]).toEqual(['files', 'master', 'replicas', 'sentinels', 'proxies']);
    expect(ids(made).filter((id) => id.startsWith('start'))).toEqual(
      ['redis-1', 'redis-2', 'redis-3', 'sentinel-1', 'sentinel-2', 'sentinel-3', 'proxy-1'].map((id) => `start/${id}`),
    );
    expect(ids(made).filter((id) => id.startsWith('permit'))).toEqual(['permit/redis-1', 'permit/redis-2', 'permit/redis-3']);
    expect(made.steps.filter((step) => step.risk !== 'none')).toEqual([]);
  });

  test('what is hurried for the first sync is set back by the same plan', () => {
    const made = plan(asked, seen(neverRan), context);
    expect(made.steps.flatMap((step) => (step.kind === 'config-set' ? [`${step.stage} ${step.to}`] : []))).toEqual(['master 0', 'sentinels 5']);
    expect(made.steps.flatMap((step) => (step.kind === 'sentinel-debug' ? [`${step.stage} ${step.toMs}`] : []))).toEqual([
      'sentinels 100',
      'sentinels 100',
      'sentinels 100',
      'proxies 1000',
      'proxies 1000',
      'proxies 1000',
    ]);
  });

  test('packages come first, where they are missing', () => {
    const made = plan(asked, seen(neverRan), { ...context, packagesFor: () => ['haproxy'] });
    expect(made.steps[0]).toMatchObject({ kind: 'install', stage: 'packages', packages: ['haproxy'] });
  });

  test('what a killed run left hurried is set back', () => {
    const made = plan(
      asked,
      seen((edit) => {
        edit.redis('redis-1').config['repl-diskless-sync-delay'] = '0';
        edit.sentinel('sentinel-2').pingPeriodMs = 100;
      }),
      context,
    );
    expect(ids(made)).toEqual(['config-set/redis-1/repl-diskless-sync-delay', 'sentinel-debug/sentinel-2/ping-period/1000']);
  });

  test('a node that never ran joins after those that have, and follows the live master', () => {
    const made = plan(
      asked,
      seen((edit) => (failedOver(edit), edit.lose('redis-3', 'refused', absent))),
      context,
    );
    expect(made.steps.map(({ id, stage }) => `${stage} ${id}`)).toEqual(['files write-files/redis-3', 'replicas start/redis-3', 'proxies read-route/proxy-1']);
  });
});

describe('drift', () => {
  test('a changed value is set live on every node, the master last; one that needs a restart is refused', () => {
    const changed = { ...asked, config: { ...asked.config, maxmemory: '1' } };
    const made = plan(changed, seen(), context);
    expect(made.steps.map(({ stage, sentence }) => `${stage}: ${sentence}`)).toEqual([
      'replicas: set maxmemory of redis-2 from 67108864 to 1, live and persisted',
      'replicas: set maxmemory of redis-3 from 67108864 to 1, live and persisted',
      'sentinels: set maxmemory of redis-1 from 67108864 to 1, live and persisted',
    ]);
    expect(codes(plan({ ...asked, config: { ...asked.config, 'tcp-backlog': '9' } }, seen(), context))).toEqual([
      'RESTART_NEEDED',
      'RESTART_NEEDED',
      'RESTART_NEEDED',
    ]);
    expect(codes(plan({ ...asked, config: { ...asked.config, nonsense: '9' } }, seen(), context))).toContain('CONFIG_UNKNOWN');
  });

  test('rights and Sentinel settings are set through commands; users of others are left alone and told', () => {
    const made = plan(
      asked,
      seen((edit) => {
        edit.redis('redis-2').acl['exporter'] = 'off';
        edit.redis('redis-2').acl['bob'] = 'on';
        const master = edit.sentinel('sentinel-1').master;
        if (master) master.quorum = 3;
      }),
      context,
    );
    expect(ids(made)).toEqual(['acl-set/redis-2/exporter', 'sentinel-set/sentinel-1/quorum']);
    expect(made.notes).toEqual(['redis-2 has users that Vigie did not make: bob; they are left alone']);
  });

  test('a priority is restored, but not while the gate holds an unsynced replica at 0', () => {
    const low = (link: 'up' | 'connecting') =>
      seen((edit) => void (Object.assign(edit.redis('redis-3'), { link }), (edit.redis('redis-3').config['replica-priority'] = '0')));
    expect(ids(plan(asked, low('up'), context))).toEqual(['config-set/redis-3/replica-priority']);
    expect(ids(plan(asked, low('connecting'), context))).not.toContain('config-set/redis-3/replica-priority');
  });

  test('a Sentinel that forgot the master is told again; one that watches somebody else is not ours', () => {
    const forgot = (others: string[]) => seen((edit) => Object.assign(edit.sentinel('sentinel-1'), { master: undefined, otherMasters: others }));
    expect(ids(plan(asked, forgot([]), context))).toContain('sentinel-monitor/sentinel-1');
    expect(codes(plan(asked, forgot(['theirs']), context))).toEqual(['NOT_OURS']);
  });
});

test('while the Sentinels fail over, roles and routes are left to them', () => {
  const running = seen((edit) => {
    edit.sentinel('sentinel-1').master?.flags.push('failover_in_progress');
    edit.route('write', 'redis-2');
    Object.assign(edit.redis('redis-3'), { master: { address: '127.0.0.1', port: 1 } });
  });
  expect(plan(asked, running, context)).toMatchObject({ steps: [], notes: [expect.stringContaining('failing over')] });
});

test('what may cost data says so: eviction at once; an append-only file is given up only for an RDB', () => {
  const lru = { ...asked, config: { ...asked.config, 'maxmemory-policy': 'allkeys-lru' } };
  const made = plan(
    { ...lru, config: { ...lru.config, maxmemory: '1000' } },
    seen(() => {}, lru),
    context,
  );
  expect(made.steps.map((step) => step.risk)).toEqual(['data', 'data', 'data']);
  const off = plan({ ...asked, config: { ...asked.config, appendonly: 'no' } }, seen(), context);
  expect(off.steps[0]?.reason).toContain('saved as an RDB first');
});

describe('taking it down', () => {
  const who = { master: 'redis-1', epoch: 1, by: 'sentinels' } as const;

  test('proxies, Sentinels, the master, its replicas; data only with purge', () => {
    const down = planDown(asked, seen(), who, { purge: false });
    expect(ids(down)).toEqual(['proxy-1', 'sentinel-1', 'sentinel-2', 'sentinel-3', 'redis-1', 'redis-2', 'redis-3'].map((id) => `stop/${id}`));
    expect(planDown(asked, seen(), who, { purge: true }).steps.filter((step) => step.risk === 'data')).toHaveLength(7);
  });

  test('nothing is stopped or removed while something was not seen, or answers without a process of ours', () => {
    const unknown = seen((edit) => void (edit.snapshot.services['redis-2'] = { known: false, why: 'timeout', detail: 'no answer', source: 'x', atMs: 0 }));
    const strange = seen((edit) => Object.assign(edit.service('redis-3'), { state: 'stopped', pid: undefined }));
    for (const snapshot of [unknown, strange]) {
      const made = planDown(asked, snapshot, who, { purge: true });
      expect(codes(made)).toEqual(['NODE_UNSEEN']);
      expect(made.steps).toEqual([]);
    }
  });
});

describe('routes', () => {
  test('a closed or wrong write route is opened to the live master', () => {
    expect(
      plan(
        asked,
        seen((edit) => edit.route('write')),
        context,
      ).steps[0],
    ).toMatchObject({ kind: 'write-route', to: 'redis-1', reason: 'it is closed, and redis-1 is the master' });
    expect(
      plan(
        asked,
        seen((edit) => edit.route('write', 'redis-1', 'redis-2')),
        context,
      ).steps[0],
    ).toMatchObject({ to: 'redis-1', reason: 'it leads to redis-1, redis-2, but redis-1 is the master' });
  });

  test('while nobody knows the master no route is touched', () => {
    const lost = seen((edit) => {
      edit.lose('sentinel-1', 'timeout');
      edit.lose('sentinel-2', 'timeout');
      edit.route('write');
    });
    expect(ids(plan(asked, lost, context)).filter((id) => id.includes('route'))).toEqual([]);
  });

  test('reads go to replicas in sync, and to the master only when there is none', () => {
    const alone = seen((edit) => {
      for (const id of ['redis-2', 'redis-3']) edit.redis(id).link = 'syncing';
    });
    expect(plan(asked, alone, context).steps).toMatchObject([{ kind: 'read-route', to: ['redis-1'] }]);
  });
});

describe('guards', () => {
  test.each([
    ['a node that left', { ...asked, redis: asked.redis.slice(0, 2) }, 'NODE_REMOVED'],
    ['a node that moved', { ...asked, redis: asked.redis.map((node) => ({ ...node, port: node.port + 1 })) }, 'NODE_MOVED'],
    ['a lesser mode', { ...asked, mode: 'replication' as const, sentinels: [] }, 'MODE_REDUCED'],
    ['a mode that is not here', { ...asked, mode: 'cluster' as const }, 'MODE_UNAVAILABLE'],
  ])('%s', (_, deployment, code) => {
    const made = plan(deployment, seen(), { ...context, recorded: asked });
    expect(codes(made)).toContain(code);
    expect(made.steps).toEqual([]);
    for (const refusal of made.refused) expect(refusal.next).not.toBe('');
  });

  test('passwords that are not here: never over a live deployment, but a fresh one gets new ones', () => {
    expect(codes(plan(asked, seen(), { ...context, credentials: [] }))).toEqual(['CREDENTIALS_MISSING']);
    expect(codes(plan(asked, seen(neverRan), { ...context, credentials: [] }))).toEqual([]);
    expect(
      codes(
        plan(
          asked,
          seen((edit) => edit.lose('redis-1', 'auth', {})),
          context,
        ),
      ),
    ).toEqual(['CREDENTIALS_WRONG']);
  });

  test('a password that is not the one in use is never put over it', () => {
    const other = seen((edit) => void (edit.redis('redis-2').acl['replica'] = (rulesFor('replica', 'data') ?? '').replace(/#\S+/, '#other')));
    expect(plan(asked, other, context)).toMatchObject({ steps: [], refused: [{ code: 'CREDENTIALS_CHANGED' }] });
  });

  test('a taken port is named with its holder and the next free base', () => {
    const taken = seen((edit) => {
      neverRan(edit);
      const machine = edit.snapshot.machines['local'];
      if (machine?.known) machine.value.listening = [{ port: 6411, pid: 77, program: 'redis-server' }, { port: 6500 }];
    });
    expect(plan(asked, taken, context).refused).toEqual([
      { code: 'PORT_TAKEN', sentence: 'port 6411 of redis-2 is held by redis-server (pid 77)', next: 'vigie up --port-base 6600' },
    ]);
  });
});

describe('everything was down at once (PROTOCOL 6)', () => {
  const journal = (durableOffset: number, atMs: number, replicationId = 'a'): Journal => ({
    replicationId,
    offset: durableOffset,
    durableOffset,
    role: 'replica',
    atMs,
  });
  const cold = (journals: Record<string, Journal | undefined>) =>
    seen((edit) => {
      for (const id of ['redis-2', 'redis-3']) {
        Object.assign(edit.redis(id), { link: 'connecting' });
        edit.redis(id).config['replica-priority'] = '0';
      }
      edit.lose('redis-1', 'refused', { state: 'waiting', cleanStop: false });
      for (const [id, found] of Object.entries(journals)) Object.assign(edit.service(id), { journal: found, dataBytes: 1000 });
      edit.route('write', 'redis-1');
      edit.route('read', 'redis-1');
    });
  const decided = (journals: Record<string, Journal | undefined>, more: Partial<PlanContext> = {}): string[] =>
    ids(plan(asked, cold(journals), { ...context, ...more }));

  test('the master of the Sentinels begins when it holds the most, or when journals were written within the same moment', () => {
    expect(decided({ 'redis-1': journal(900, 60_000), 'redis-2': journal(800, 60_000), 'redis-3': journal(900, 60_000) })).toEqual(['permit/redis-1']);
    expect(decided({ 'redis-1': journal(900, 60_000), 'redis-2': journal(990, 60_900), 'redis-3': journal(800, 60_000) })).toEqual(['permit/redis-1']);
  });

  test('a fuller replica is made electable instead; the Sentinels elect it', () => {
    const journals = { 'redis-1': journal(100, 10_000), 'redis-2': journal(900, 60_000), 'redis-3': journal(950, 60_000) };
    expect(decided(journals)).toEqual(['config-set/redis-3/replica-priority']);
    expect(decided({ ...journals, 'redis-1': journal(5000, 10_000, 'older') })).toEqual(['config-set/redis-3/replica-priority']);
  });

  test('the config epoch decides which history counts, not the clock: an old master that lived on alone has the younger journal', () => {
    const reigning = { ...journal(900, 10_000, 'new'), role: 'master' as const };
    expect(decided({ 'redis-1': reigning, 'redis-2': journal(5000, 60_000, 'old'), 'redis-3': journal(850, 10_000, 'new') })).toEqual(['permit/redis-1']);
  });

  test('a journal that shows nothing on disk claims nothing', () => {
    expect(decided({ 'redis-1': journal(0, 60_000), 'redis-2': journal(500, 10_000), 'redis-3': journal(0, 60_000) })).toEqual([
      'config-set/redis-2/replica-priority',
    ]);
  });

  test('data without a journal: a person decides, by typed consent', () => {
    const none = { 'redis-1': undefined, 'redis-2': undefined, 'redis-3': undefined };
    expect(codes(plan(asked, cold(none), context))).toEqual(['COLD_START_UNDECIDED']);
    expect(decided(none, { coldStart: 'redis-1' })).toEqual(['permit/redis-1']);
  });

  test('while somebody can be elected, nothing is decided here', () => {
    const electable = cold({ 'redis-1': journal(900, 60_000), 'redis-2': journal(900, 60_000), 'redis-3': journal(900, 60_000) });
    const facts = electable.redis['redis-2'];
    if (facts?.known) facts.value.config['replica-priority'] = '100';
    expect(ids(plan(asked, electable, context))).toEqual([]);
  });
});
