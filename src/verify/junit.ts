// A verification as JUnit XML, for CI systems that show test results: one test case for each check.

import type { CheckResult } from './check.ts';
import type { Verification } from './verify.ts';

/** Unknown counts as an error, skipped as skipped, as the common readers of the format expect. */
export function junit(name: string, { checks }: Verification): string {
  const count = (result: CheckResult['result']): number => checks.filter((check) => check.result === result).length;
  const totals = `tests="${checks.length}" failures="${count('fail')}" errors="${count('unknown')}" skipped="${count('skipped')}"`;
  const time = seconds(Math.max(0, ...checks.map((check) => check.tookMs)));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="vigie verify" ${totals} time="${time}">`,
    `  <testsuite name="${escaped(name)}" ${totals} time="${time}">`,
    ...checks.map((check) => testCase(name, check)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function testCase(name: string, check: CheckResult): string {
  const kind = check.id.split('/', 1)[0] ?? check.id;
  const open = `    <testcase classname="${escaped(`${name}.${kind}`)}" name="${escaped(`${check.id}: ${check.title}`)}" time="${seconds(check.tookMs)}">`;
  return `${open}${outcome(check)}</testcase>`;
}

function outcome({ result, evidence }: CheckResult): string {
  switch (result) {
    case 'pass':
      return `<system-out>${escaped(evidence)}</system-out>`;
    case 'fail':
      return `<failure message="${escaped(evidence)}"/>`;
    case 'unknown':
      return `<error message="${escaped(`unknown: ${evidence}`)}"/>`;
    case 'skipped':
      return `<skipped message="${escaped(evidence)}"/>`;
  }
}

/** XML 1.0 knows no control characters but tab and line ends, not even escaped; they become question marks. */
function escaped(text: string): string {
  return Array.from(text)
    .map((character) => {
      const code = character.codePointAt(0) ?? 0;
      const allowed = code === 0x9 || code === 0xa || code === 0xd || (code >= 0x20 && code <= 0xd7ff) || (code >= 0xe000 && code <= 0xfffd) || code >= 0x10000;
      return allowed ? (entities[character] ?? character) : '?';
    })
    .join('');
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;', '\t': '&#9;', '\n': '&#10;', '\r': '&#13;' };

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
