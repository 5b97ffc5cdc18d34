// `vigie endpoints`: where applications connect, and where their password lies (never the password itself, but with --out, into a 0600 file).

import { authority } from '../../observed/authority.ts';
import { endpointsEnv, endpointsOf } from '../../observed/endpoints.ts';
import { VigieError } from '../../shared/errors.ts';
import { writePrivate } from '../../state/files.ts';
import { type Io, writing } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../session.ts';
import { endpointsView } from '../views/endpoints.ts';

export async function run(_: string[], options: CommonOptions, io: Io): Promise<number> {
  return withSession(undefined, options, io, async (session) => {
    const snapshot = await session.observe();
    const endpoints = endpointsOf(session.deployment, snapshot, authority(session.deployment, snapshot), (user) => session.credentials.fileOf(user) ?? null);
    if (options.out !== undefined) {
      const reveal = (user: string): string => {
        const found = session.credentials.lookup(user);
        if (found === undefined) throw new VigieError('CREDENTIALS_MISSING', `the password of user ${user} is not here`);
        return found.value;
      };
      const path = options.out;
      const text = endpointsEnv(endpoints, reveal);
      writing(path, () => writePrivate(path, text));
      io.err(`${options.out} holds the endpoints and passwords (0600)`);
      return 0;
    }
    const format = io.json ? 'json' : options.format;
    if (format === 'json') io.document(endpoints);
    else io.out(format === 'env' ? endpointsEnv(endpoints) : endpointsView(endpoints, { colour: io.colour, width: io.width }));
    return 0;
  });
}
