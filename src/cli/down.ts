// Taking a deployment down, for `vigie down` and for the end of a foreground `vigie up`.

import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { refusal } from '../apply/apply.ts';
import { runPlan } from '../apply/run.ts';
import { authority } from '../observed/authority.ts';
import { planDown } from '../plan/down.ts';
import { agreed, typedConsent } from './consent.ts';
import { run, underLock } from './change.ts';
import { VigieError } from '../shared/errors.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import type { Session } from './session.ts';
import { planView } from './views/plan.ts';

/** Longer than elsewhere: what is not seen must not be taken for stopped. */
const lookMs = 10_000;

/** Stops what runs, in the order that loses nothing; with `purge`, after typed consent, removes files, data and passwords too. */
export async function takeDown(session: Session, options: CommonOptions, io: Io, how: { purge: boolean; ask?: boolean }): Promise<{ steps: string[] }> {
  const { record } = session;
  if (record === undefined) {
    throw new VigieError('TOPOLOGY_MISSING', `no deployment ${session.deployment.name} was made from here, so there is nothing to take down`, {
      next: 'vigie status',
    });
  }
  // What was applied is taken down, whatever the file says by now: a node that left it still runs.
  session.deployment = record.deployment;
  const { deployment } = session;
  const done = await underLock(session, options, io, how.purge ? 'down --purge' : 'down', async (audit) => {
    const snapshot = await session.observe(lookMs);
    const plan = planDown(deployment, snapshot, authority(deployment, snapshot), how);
    if (plan.refused.length > 0) throw refusal(plan);
    audit.plan = plan.steps.map((step) => step.sentence);
    if (how.ask === true || options.dryRun === true) io.err(planView(plan, { colour: io.colour, width: io.width }));
    if (options.dryRun === true) return { steps: [] };
    if (how.purge) await typedConsent(`this removes ${deployment.name}: its data, files and passwords`, deployment.name, options.confirm, io);
    else if (how.ask === true && plan.steps.length > 0 && !(await agreed(`Stop ${deployment.name}? Its data stays.`, io, options))) {
      throw new VigieError('DECLINED', 'declined; nothing was stopped');
    }
    await run(session, plan, options, io, 'down', audit, (context) => runPlan(plan, snapshot, context));
    return { steps: plan.steps.map((step) => step.id) };
  });
  if (how.purge && options.dryRun !== true) forget(session);
  return done;
}

/** Removes what was kept of the deployment, but for the audit: who removed it stays on record. */
function forget({ folder }: Session): void {
  for (const name of readdirSync(folder.path)) {
    if (!name.startsWith('audit.jsonl')) rmSync(join(folder.path, name), { recursive: true, force: true });
  }
}
