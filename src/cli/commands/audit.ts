// `vigie audit`: who changed what, when, and how it ended.

import { readAudit } from '../../state/audit.ts';
import { lastRun } from '../../state/journal.ts';
import type { Io } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { findDeployment } from '../session.ts';

export async function run(_: string[], options: CommonOptions, io: Io): Promise<number> {
  const { folder } = await findDeployment(options.file, options, io);
  const entries = readAudit(folder);
  if (io.json) {
    io.document({ schema: 1, entries });
    return 0;
  }
  for (const entry of entries) {
    io.out(
      `${entry.at}  ${entry.who}@${entry.host}  ${entry.command}  ${entry.outcome}  ${entry.plan.length} steps  ${entry.tookMs} ms  topology ${entry.topology}${entry.error === undefined ? '' : `\n    ${entry.error}`}`,
    );
  }
  if (entries.length === 0) io.out('nothing was changed from here yet');
  const last = lastRun(folder);
  if (last?.outcome === 'unfinished') io.out(`the last run (${last.command}, begun ${last.startedAt}) was not finished\nnext: vigie apply`);
  return 0;
}
