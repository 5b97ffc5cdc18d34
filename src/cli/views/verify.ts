// What `vigie verify` found: the verdict, what did not pass with its evidence, then a line for each kind of check; the next command last.

import type { CheckResult } from '../../verify/check.ts';
import type { Verification } from '../../verify/verify.ts';
import { type Colour, type ViewOptions, counted, painter, took } from './paint.ts';
import { table } from './table.ts';

const kinds: Record<string, string> = {
  connect: 'every node answers',
  login: 'its users get in, nobody else does',
  rights: 'users may do what they must, and no more',
  replication: 'one master, true copies, writes nowhere else',
  sentinels: 'the Sentinels agree',
  sentinel: 'each Sentinel could take part in a failover',
  discovery: 'applications find the master through each Sentinel',
  route: 'writes go to the one master',
  write: 'a write reaches every node',
  reads: 'reads go to nodes in sync',
  read: 'what was written can be read',
  metrics: 'HAProxy tells its metrics',
  exporter: 'an exporter can read every node',
};
const words: Record<CheckResult['result'], [word: string, colour: Colour]> = {
  pass: ['pass', 'green'],
  fail: ['FAIL', 'red'],
  unknown: ['unknown', 'yellow'],
  skipped: ['skipped', 'dim'],
};

export function verifyView({ checks, passed, failed }: Verification, { colour, width }: ViewOptions): string {
  const paint = painter(colour);
  const word = (result: CheckResult['result']): string => paint(words[result][1], words[result][0]);
  const bad = checks.filter(({ result }) => result !== 'pass');
  const unsure = bad.length - failed;
  const verdict =
    bad.length === 0
      ? paint('green', paint('bold', 'VERIFIED'))
      : failed > 0
        ? paint('red', paint('bold', 'FAILED'))
        : paint('yellow', paint('bold', 'NOT PROVED'));
  const counts = [
    `${passed} of ${counted(checks.length, 'check')} passed`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(unsure > 0 ? [`${unsure} unknown or skipped`] : []),
  ];
  const head = `${verdict}  ${counts.join(', ')}, in ${took(Math.max(0, ...checks.map(({ tookMs }) => tookMs)))}`;
  const badRows = bad.map(({ id, result, evidence }) => [word(result), id, evidence]);
  const kindRows = [...new Set(checks.map(kindOf))].map((kind) => {
    const all = checks.filter((check) => kindOf(check) === kind);
    const good = all.filter(({ result }) => result === 'pass');
    const [only] = all;
    const told = all.length === 1 && only?.result === 'pass' ? only.evidence : (kinds[kind] ?? kind);
    const mark =
      good.length === all.length
        ? word('pass')
        : word(all.find(({ result }) => result === 'fail')?.result ?? all.find(({ result }) => result !== 'pass')?.result ?? 'unknown');
    return [mark, kind, `${good.length}/${all.length}`, told];
  });
  return [
    head,
    ...(badRows.length > 0 ? ['', table(badRows, { width, indent: 2 })] : []),
    '',
    table(kindRows, { width, indent: 2 }),
    ...(bad.length > 0 ? ['', 'next: vigie status'] : []),
  ].join('\n');
}

function kindOf({ id }: CheckResult): string {
  return id.split('/', 1)[0] ?? id;
}
