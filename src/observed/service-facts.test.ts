import { describe, expect, test } from 'vitest';
import { parseJournal, parseServiceFacts } from './service-facts.ts';

const id = 'a'.repeat(40);
const sum = 'b'.repeat(64);
const lines = (...all: string[]) => all.map((line) => `service.redis-1\t${line}\n`).join('');

const cases: { title: string; text: string; expected: object }[] = [
  { title: 'absent', text: lines('state\tabsent'), expected: { state: 'absent', cleanStop: true, dataBytes: 0, files: {} } },
  {
    title: 'running: what the gate said is the past',
    text: lines('pid\t123', 'state\trunning', 'clean\tyes', 'said\tStarts as master: by permit.', `journal\t${id} 20 10 master 1700000000123`, 'data\t88'),
    expected: {
      state: 'running',
      pid: 123,
      cleanStop: true,
      dataBytes: 88,
      journal: { replicationId: id, offset: 20, durableOffset: 10, role: 'master', atMs: 1700000000123 },
      files: {},
    },
  },
  {
    title: 'waiting',
    text: lines('pid\t5', 'state\twaiting', 'clean\tno', 'said\tWaits: x\ty'),
    expected: { state: 'waiting', pid: 5, cleanStop: false, gateSaid: 'Waits: xy', dataBytes: 0, files: {} },
  },
  {
    title: 'refused',
    text: lines('state\tstopped', 'said\tCannot start: y'),
    expected: { state: 'stopped', gateSaid: 'Cannot start: y', cleanStop: true, dataBytes: 0, files: {} },
  },
  {
    title: 'ended after it ran',
    text: lines('state\tstopped', 'clean\tno', 'said\tStarts as master: z.'),
    expected: { state: 'stopped', cleanStop: false, dataBytes: 0, files: {} },
  },
  {
    title: 'files, read and unreadable',
    text: lines('file\tredis.conf', 'file\tgate.auth', `sum\t${sum} redis.conf`),
    expected: { state: 'stopped', cleanStop: true, dataBytes: 0, files: { 'redis.conf': { sha256: sum }, 'gate.auth': {} } },
  },
  {
    title: 'nonsense is ignored',
    text: lines('state\tdancing', 'pid\tx', 'data\t-1', 'journal\tcut of', 'sum\tshort redis.conf', 'later\tunknown key'),
    expected: { state: 'stopped', cleanStop: true, dataBytes: 0, files: {} },
  },
];

describe('parseServiceFacts', () => {
  test.each(cases)('$title', ({ text, expected }) => {
    expect(parseServiceFacts(text)).toEqual({ 'redis-1': expected });
  });

  test('reads many services between other lines', () => {
    const text = 'act x begin\nservice.a\tstate\trunning\r\nnoise\nservice.b\tstate\twaiting\n\nservice.__proto__\tstate\tabsent\n';
    const facts = parseServiceFacts(text);
    expect(facts['a']?.state).toBe('running');
    expect(facts['b']?.state).toBe('waiting');
  });

  test('a value cannot forge a line of another service', () => {
    expect(Object.keys(parseServiceFacts('service.a\tsaid\tservice.b\tstate\trunning\n'))).toEqual(['a']);
  });
});

test.each([
  [`${id} 1 0 replica 5`, { replicationId: id, offset: 1, durableOffset: 0, role: 'replica', atMs: 5 }],
  [`${id} 1 0 slave 5`, undefined],
  [`${id} 1 0 replica`, undefined],
  [`${id} -1 0 replica 5`, undefined],
  ['', undefined],
])('parseJournal(%j)', (line, expected) => {
  expect(parseJournal(line)).toEqual(expected);
});
