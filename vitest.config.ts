// Which tests exist: `unit` beside the code, `scenario` tells the story with real processes, `soak` tries for long to break it.
// `lab` boots hosts and `browser` drives the console: only where asked for (scripts/test.mjs).

import { defineConfig } from 'vitest/config';

// Real processes on busy machines: a deadline is there to end a hang, not to measure.
const seconds = (test: number, hook: number) => ({ testTimeout: test * 1000, hookTimeout: hook * 1000 });

/** One file at a time, after the projects before it: these files start whole deployments. */
const alone = (name: string, order: number, timeouts: { testTimeout: number; hookTimeout: number }) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], fileParallelism: false, maxWorkers: 1, sequence: { groupOrder: order }, ...timeouts },
});

export default defineConfig({
  test: {
    reporters: ['default', './test/harness/reporter.ts'],
    allowOnly: false,
    projects: [
      { test: { name: 'unit', include: ['src/**/*.test.ts', 'test/unit/**/*.test.ts'], sequence: { groupOrder: 0 }, ...seconds(30, 30) } },
      alone('scenario', 1, seconds(240, 120)),
      alone('lab', 2, seconds(600, 600)),
      alone('browser', 3, seconds(180, 180)),
      alone('soak', 4, seconds(1800, 180)),
    ],
  },
});
