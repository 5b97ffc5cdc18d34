// `vigie plan`: what apply would do, and why; changes nothing.

import { refusal } from '../../apply/apply.ts';
import { upTo } from '../../plan/step.ts';
import { look } from '../change.ts';
import { type Io, report } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { withSession } from '../session.ts';
import { planView } from '../views/plan.ts';

export async function run([file]: string[], options: CommonOptions, io: Io): Promise<number> {
  return withSession(file, options, io, async (session) => {
    const { plan } = await look(session, options);
    const { steps } = upTo(plan, options.until);
    if (io.json) {
      const rows = steps.map(({ id, kind, stage, sentence, reason, risk, ...rest }) => ({
        id,
        kind,
        node: 'node' in rest ? rest.node : null,
        stage,
        sentence,
        reason,
        risk,
      }));
      io.document({ schema: 1, name: session.deployment.name, steps: rows, refused: plan.refused, notes: plan.notes });
    } else if (plan.refused.length > 0) {
      return report(refusal(plan), io);
    } else {
      io.out(planView({ ...plan, steps }, { colour: io.colour, width: io.width }));
      if (steps.length > 0) io.out(`next: vigie apply${options.until === undefined ? '' : ` --until ${options.until}`}`);
    }
    if (plan.refused.length > 0) return 1;
    return steps.length > 0 ? 2 : 0;
  });
}
