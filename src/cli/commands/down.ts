// `vigie down`: stops the deployment; data stays unless --purge and the typed name say otherwise.

import { takeDown } from '../down.ts';
import type { Io } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../session.ts';

export async function run([file]: string[], options: CommonOptions, io: Io): Promise<number> {
  return withSession(file, options, io, async (session) => {
    const { name } = session.deployment;
    const purge = options.purge === true;
    const { steps } = await takeDown(session, options, io, { purge, ask: true });
    if (io.json) io.document({ schema: 1, name, steps, purged: purge && options.dryRun !== true, dryRun: options.dryRun === true });
    else if (options.dryRun === true) io.out(`next: vigie down${purge ? ' --purge' : ''}`);
    else if (purge) io.out(`${name} is gone, with its data and passwords`);
    else io.out(`${name} is down; its data stays in ${session.folder.path}\nnext: vigie up`);
    return 0;
  });
}
