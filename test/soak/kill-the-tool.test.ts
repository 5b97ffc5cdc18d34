// Law 6: kill -9 the tool at twenty random moments of an `up`; running it again always ends in a verified deployment.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Place, place } from '../harness/cli.ts';

const base = 26700;
let here: Place;
beforeAll(() => {
  here = place();
});
afterAll(() => here.end());

// Spread over the length of an `up`, with a fixed seed: a failure can be run again.
const moments = Array.from({ length: 20 }, (_, index) => Math.round(40 + ((index * 7919) % 20) * 70));

test.each(moments)('killed after %i ms', async (afterMs) => {
  const child = here.start('up', '--detach', '--name', 'soak', '--port-base', `${base}`);
  const ended = new Promise<void>((resolve) => void child.on('exit', () => resolve()));
  const timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
  await ended;
  clearTimeout(timer);
  const again = await here.vigie('up', '--detach', '--name', 'soak', '--port-base', `${base}`);
  expect(again.code, again.stderr + again.stdout).toBe(0);
  const proof = await here.json<{ failed: number; checks: { result: string }[] }>('verify', '--json', '--name', 'soak');
  expect(proof.checks.filter((check) => check.result !== 'pass')).toEqual([]);
  const purged = await here.vigie('down', '--purge', '--confirm', 'soak', '--name', 'soak');
  expect(purged.code, purged.stderr).toBe(0);
});
