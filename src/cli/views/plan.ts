// A plan as a list by stage: a sign for what happens, the sentence, the reason, and the risk where there is one.

import type { Plan, Step } from '../../plan/step.ts';
import { type Colour, type ViewOptions, counted, painter } from './paint.ts';
import { table } from './table.ts';

/** `+` comes into being, `~` changes, `-` goes. */
const signs: Record<Step['kind'], '+' | '~' | '-'> = {
  install: '+',
  'write-files': '+',
  start: '+',
  stop: '-',
  restart: '~',
  'config-set': '~',
  'acl-set': '~',
  follow: '~',
  'sentinel-monitor': '+',
  'sentinel-set': '~',
  'sentinel-debug': '~',
  permit: '+',
  'write-route': '~',
  'read-route': '~',
  'remove-files': '-',
};
const signColour: Record<string, Colour> = { '+': 'green', '~': 'yellow', '-': 'red' };
const riskWords: Record<Step['risk'], string> = { none: '', restart: 'a process restarts or stops', role: 'a role changes', data: 'DATA IS REMOVED' };

export function planView(plan: Plan, options: ViewOptions): string {
  const paint = painter(options.colour);
  const notes = plan.notes.map((note) => `note: ${note}`);
  if (plan.refused.length > 0) {
    const rows = plan.refused.flatMap(({ code, sentence, next }) => [
      [paint('red', code), sentence],
      ['', `next: ${next}`],
    ]);
    return [`${paint('red', paint('bold', 'REFUSED'))}  nothing is done:`, '', table(rows, { width: options.width, indent: 2 }), ...notes].join('\n');
  }
  if (plan.steps.length === 0) return [paint('green', 'nothing to do'), ...notes].join('\n');
  // In the order in which they are done: taking down goes through the stages the other way.
  const sections = [...new Set(plan.steps.map((step) => step.stage))].flatMap((stage) => [
    paint('bold', stage),
    stepRows(
      plan.steps.filter((step) => step.stage === stage),
      options,
    ),
  ]);
  return [...sections, '', summary(plan.steps, paint), ...notes].join('\n');
}

function stepRows(steps: Step[], options: ViewOptions): string {
  const paint = painter(options.colour);
  const rows = steps.map((step) => {
    const sign = signs[step.kind];
    const risk = step.risk === 'none' ? '' : paint(step.risk === 'data' ? 'red' : 'yellow', ` [${riskWords[step.risk]}]`);
    return [paint(signColour[sign] ?? 'dim', sign), step.sentence, `${paint('dim', step.reason)}${risk}`];
  });
  return table(rows, { width: options.width, indent: 2 });
}

function summary(steps: Step[], paint: ReturnType<typeof painter>): string {
  const risky = (['data', 'role', 'restart'] as const).flatMap((risk) => {
    const count = steps.filter((step) => step.risk === risk).length;
    return count === 0 ? [] : [`${count} with risk: ${riskWords[risk]}`];
  });
  return [paint('bold', counted(steps.length, 'step')), ...(risky.length > 0 ? risky : ['none with a risk'])].join('; ');
}
