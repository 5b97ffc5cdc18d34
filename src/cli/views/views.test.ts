import { describe, expect, it } from 'vitest';
import { exampleDeployment } from '../../../test/harness/example.ts';
import { seenAtMs, snapshotOf } from '../../../test/harness/snapshot.ts';
import type { Event, EventBody } from '../../apply/events.ts';
import { authority } from '../../observed/authority.ts';
import { endpointsOf } from '../../observed/endpoints.ts';
import { statusOf } from '../../observed/status.ts';
import { step } from '../../plan/describe.ts';
import type { CheckResult } from '../../verify/check.ts';
import { endpointsView } from './endpoints.ts';
import { age, painter, size, took } from './paint.ts';
import { planView } from './plan.ts';
import { follow, frame, lineOf, newProgress } from './progress.ts';
import { statusView } from './status.ts';
import { table } from './table.ts';
import { verifyView } from './verify.ts';

const deployment = exampleDeployment({ portBase: 6400 });
const plain = { colour: false, width: 100 };

describe('status', () => {
  it('state and sentence first, aligned columns, ages', () => {
    expect(
      statusView(statusOf(deployment, snapshotOf(deployment)), plain, seenAtMs),
    ).toBe(`OK  example: routing writes to redis-1; 3 of 3 Sentinels agree, epoch 7

  REDIS    ADDRESS         ROLE     LINK  OFFSET  BEHIND
  redis-1  127.0.0.1:6410  master   -     5000    -
  redis-2  127.0.0.1:6411  replica  up    5000    0 B
  redis-3  127.0.0.1:6412  replica  up    5000    0 B

  SENTINEL    ADDRESS         ANSWERS  NAMES    EPOCH
  sentinel-1  127.0.0.1:6430  yes      redis-1  7
  sentinel-2  127.0.0.1:6431  yes      redis-1  7
  sentinel-3  127.0.0.1:6432  yes      redis-1  7

  PROXY    WRITES  TO       FOR   READS TO
  proxy-1  open    redis-1  20 s  redis-2, redis-3`);
  });

  it('what is wrong comes next, unknown stays unknown, the command to type is last', () => {
    const text = statusView(
      statusOf(
        deployment,
        snapshotOf(deployment, (edit) => edit.lose('redis-3')),
      ),
      plain,
      seenAtMs,
    );
    expect(text.split('\n').slice(0, 5)).toEqual([
      'DEGRADED  example: routing writes to redis-1; 3 of 3 Sentinels agree, epoch 7; but redis-3 does not run: its process was killed, or the machine went down',
      '',
      '  REPLICA_DOWN  redis-3 does not run: its process was killed, or the machine went down',
      '                next: vigie apply',
      '',
    ]);
    expect(text).toContain('  redis-3  127.0.0.1:6412  ?        ?     ?       ?\n');
    expect(text.split('\n').at(-1)).toBe('next: vigie apply');
  });

  it('colours when asked, without moving a column', () => {
    const status = statusOf(
      deployment,
      snapshotOf(deployment, (edit) => edit.lose('redis-3')),
    );
    const coloured = statusView(status, { ...plain, colour: true }, seenAtMs);
    expect(coloured).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters.
    expect(coloured.replace(/\u001b\[\d+m/g, '').replace(/ +$/gm, '')).toBe(statusView(status, plain, seenAtMs));
  });
});

describe('plan', () => {
  const plan = {
    steps: [
      step('return', { kind: 'start', node: 'redis-1' }, 'it is down'),
      step('replicas', { kind: 'follow', node: 'redis-1', master: 'redis-2' }, 'it says master, but redis-2 is'),
      step('proxies', { kind: 'write-route', node: 'proxy-1', to: 'redis-2' }, 'it is closed'),
    ],
    refused: [],
    notes: ['redis-2 has users that Vigie did not make: bob; they are left alone'],
  };

  it('lists by stage: sign, sentence, reason, risk', () => {
    expect(planView(plan, plain)).toBe(`return
  +  start redis-1  it is down
replicas
  ~  tell redis-1 to follow redis-2  it says master, but redis-2 is [a role changes]
proxies
  ~  open the write route of proxy-1 to redis-2  it is closed

3 steps; 1 with risk: a role changes
note: redis-2 has users that Vigie did not make: bob; they are left alone`);
  });

  it('an empty one, and a refused one', () => {
    expect(planView({ steps: [], refused: [], notes: [] }, plain)).toBe('nothing to do');
    const refused = [{ code: 'PORT_TAKEN' as const, sentence: 'port 6410 of redis-1 is held by nginx (pid 7)', next: 'vigie up --port-base 6500' }];
    expect(planView({ steps: [], refused, notes: [] }, plain)).toBe(`REFUSED  nothing is done:

  PORT_TAKEN  port 6410 of redis-1 is held by nginx (pid 7)
              next: vigie up --port-base 6500`);
  });
});

it('verify: the verdict, what did not pass, then each kind', () => {
  const check = (id: string, result: CheckResult['result'], evidence: string): CheckResult => ({ id, title: id, result, evidence, tookMs: 90 });
  const checks = [
    check('connect/redis-1', 'pass', 'a'),
    check('connect/redis-2', 'pass', 'b'),
    check('write/proxy-1', 'pass', 'written through 127.0.0.1:6400 in 1.0 ms'),
  ];
  expect(verifyView({ schema: 1, passed: 3, failed: 0, checks }, plain)).toBe(`VERIFIED  3 of 3 checks passed, in 0.09 s

  pass  connect  2/2  every node answers
  pass  write    1/1  written through 127.0.0.1:6400 in 1.0 ms`);
  checks[1] = check('connect/redis-2', 'fail', 'connect ECONNREFUSED');
  checks[2] = check('write/proxy-1', 'unknown', 'no result within 3000 ms');
  expect(verifyView({ schema: 1, passed: 1, failed: 1, checks }, plain)).toBe(`FAILED  1 of 3 checks passed, 1 failed, 1 unknown or skipped, in 0.09 s

  FAIL     connect/redis-2  connect ECONNREFUSED
  unknown  write/proxy-1    no result within 3000 ms

  FAIL     connect  1/2  every node answers
  unknown  write    0/1  a write reaches every node

next: vigie status`);
});

it('endpoints', () => {
  const snapshot = snapshotOf(deployment);
  const view = endpointsView(
    endpointsOf(deployment, snapshot, authority(deployment, snapshot), (user) => `/state/${user}`),
    plain,
  );
  expect(view.split('\n').slice(0, 4)).toEqual([
    'write         127.0.0.1:6400',
    'read          127.0.0.1:6401',
    'user          default',
    'password      /state/default',
  ]);
});

describe('a run as it goes', () => {
  const at = (seconds: number) => new Date(seenAtMs + seconds * 1000).toISOString();
  const event = (body: EventBody, seconds = 0): Event => ({ schema: 1, at: at(seconds), ...body });
  const run: Event[] = [
    event({ kind: 'run-started', command: 'up', deployment: 'example', steps: [{ id: 'start/redis-1', stage: 'master', sentence: 'start redis-1' }] }),
    event({ kind: 'stage-started', stage: 'master' }),
    event({ kind: 'step-started', step: 'start/redis-1', sentence: 'start redis-1' }),
    event({ kind: 'waiting', for: ['redis-1 to answer'] }),
    event({ kind: 'step-done', step: 'start/redis-1', sentence: 'start redis-1', tookMs: 30 }, 1),
    event({ kind: 'stage-done', stage: 'master', tookMs: 1200 }, 1),
    event({ kind: 'run-done', outcome: 'done', tookMs: 1200 }, 1),
  ];

  it('as lines', () => {
    expect(run.flatMap((each) => lineOf(each) ?? [])).toEqual([
      'up example: 1 step',
      '  waiting: redis-1 to answer',
      '  done  start redis-1 (0.03 s)',
      'done in 1.2 s',
    ]);
    expect(lineOf(event({ kind: 'step-failed', step: 'x', sentence: 'start redis-1', message: 'it has ended' }))).toBe('  FAILED  start redis-1: it has ended');
  });

  it('as a frame that never wraps, above it what is settled', () => {
    const progress = newProgress();
    const frames = run.map((each) => {
      follow(progress, each);
      return frame(progress, { colour: false, width: 40 }, seenAtMs + 500);
    });
    expect(frames[3]).toBe('  master, 0.50 s\n    start redis-1\n    waiting: redis-1 to answer');
    expect(frames.at(-1)).toBe('');
    expect(progress.settled).toEqual(['up example: 1 step', '  done  master     1 step (1.2 s)', 'done in 1.2 s']);
    follow(progress, event({ kind: 'stage-started', stage: 'files' }));
    follow(progress, event({ kind: 'step-started', step: 'y', sentence: 'a sentence that is far too long for this terminal' }));
    for (const line of frame(progress, { colour: false, width: 30 }, seenAtMs).split('\n')) expect(line.length).toBeLessThan(30);
  });
});

it('shapes of text', () => {
  expect([age(850), age(119_000), age(120_000), age(7_300_000), age(200_000_000), age(-5)]).toEqual(['850 ms', '119 s', '2 min', '2 h', '2 d', '0 ms']);
  expect([took(90), took(2100), took(75_000)]).toEqual(['0.09 s', '2.1 s', '75 s']);
  expect([size(0), size(1023), size(3500), size(5 * 2 ** 40)]).toEqual(['0 B', '1023 B', '3.4 KiB', '5.0 TiB']);
  expect(painter(false)('red', 'x')).toBe('x');
  expect(table([['a', 'one two three four five six seven']], { width: 30, indent: 2 })).toBe('  a  one two three four five\n     six seven');
  expect(table([], { width: 30 })).toBe('');
});
