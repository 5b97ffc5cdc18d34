// The last line of a test run, for people and for CI: `N passed, N failed, N skipped`, after vitest's own summary.
// A test file that does not load and an error outside any test count as failed; a skipped test fails the run where CI=true.

import type { Reporter, TestModule } from 'vitest/node';

export default class Summary implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        count[state === 'passed' || state === 'failed' ? state : 'skipped'] += 1;
      }
      count.failed += module.errors().length;
      for (const suite of module.children.allSuites()) count.failed += suite.errors().length;
    }
    // Vitest still prints after this hook; nothing prints after `exit`.
    process.once('exit', (code) => {
      const lines: string[] = [];
      const leftOut = process.env['VIGIE_TESTS_LEFT_OUT'];
      if (leftOut) lines.push(`LEFT OUT: the ${leftOut} tests. They run where CI=true, or with: npm test -- --lab`);
      const skippedInCi = process.env['CI'] === 'true' && count.skipped > 0;
      if (modules.length === 0) lines.push('FAILED: no test file was found');
      if (skippedInCi) lines.push('FAILED: a skipped test is a failure where CI=true');
      if (count.failed > 0 || skippedInCi) process.exitCode = code || 1;
      lines.push(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
      process.stdout.write(`${lines.join('\n')}\n`);
    });
  }
}
