import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { CheckResult } from './check.ts';
import { junit } from './junit.ts';

const check = (id: string, result: CheckResult['result'], evidence: string, tookMs = 12): CheckResult => ({ id, title: 'it works', result, evidence, tookMs });

it('writes what readers of JUnit expect', () => {
  const checks = [
    check('write/proxy-1', 'pass', 'written & read', 3),
    check('route/proxy-1', 'fail', 'leads to "redis-2" <not> redis-1'),
    check('login/redis-1', 'unknown', 'silence\nfor long'),
    check('read/proxy-1', 'skipped', "it can't be read"),
  ];
  expect(junit('kb & co', { schema: 1, passed: 1, failed: 1, checks })).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="vigie verify" tests="4" failures="1" errors="1" skipped="1" time="0.012">
  <testsuite name="kb &amp; co" tests="4" failures="1" errors="1" skipped="1" time="0.012">
    <testcase classname="kb &amp; co.write" name="write/proxy-1: it works" time="0.003"><system-out>written &amp; read</system-out></testcase>
    <testcase classname="kb &amp; co.route" name="route/proxy-1: it works" time="0.012"><failure message="leads to &quot;redis-2&quot; &lt;not&gt; redis-1"/></testcase>
    <testcase classname="kb &amp; co.login" name="login/redis-1: it works" time="0.012"><error message="unknown: silence&#10;for long"/></testcase>
    <testcase classname="kb &amp; co.read" name="read/proxy-1: it works" time="0.012"><skipped message="it can&apos;t be read"/></testcase>
  </testsuite>
</testsuites>
`);
});

it('lets no evidence break out of its place', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), (evidence, title) => {
      const results = ['pass', 'fail', 'unknown', 'skipped'] as const;
      const text = junit('x', { schema: 1, passed: 1, failed: 1, checks: results.map((result) => ({ ...check('a/b', result, evidence), title })) });
      const tags = [...text.matchAll(/<\/?([a-z-]+)/g)].map(([, name]) => name);
      expect(tags.filter((name) => name === 'testcase')).toHaveLength(8);
      expect(new Set(tags)).toEqual(new Set(['testsuites', 'testsuite', 'testcase', 'system-out', 'failure', 'error', 'skipped']));
      // XML 1.0 has no control characters; a lone & or < inside a value would end the document for every reader.
      expect(text).not.toMatch(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u);
      expect(text).not.toMatch(/&(?!(amp|lt|gt|quot|apos|#9|#10|#13);)/);
    }),
    { numRuns: 40 },
  );
});
