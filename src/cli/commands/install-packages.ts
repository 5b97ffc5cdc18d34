// `vigie install-packages` (hidden; `npm test` uses it): only the installation of what the embedded default needs, asked for as `up --install` does.

import { change, look } from '../change.ts';
import type { Io } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../session.ts';

export async function run(_: string[], options: CommonOptions, io: Io): Promise<number> {
  // By name, so that whatever else was deployed from here does not matter.
  const wanted: CommonOptions = { ...options, install: true, until: 'packages', name: 'vigie' };
  return withSession(
    undefined,
    wanted,
    io,
    async (session) => {
      const { plan } = await look(session, wanted);
      if (plan.steps.some((step) => step.kind === 'install')) await change(session, wanted, io, { command: 'install-packages', ask: false });
      else io.err('nothing to install');
      return 0;
    },
    { embedded: true },
  );
}
