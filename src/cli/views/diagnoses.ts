// Named diagnoses as a list: the name, what was seen, what to type.

import type { Status } from '../../observed/status.ts';
import { type ViewOptions, painter } from './paint.ts';
import { table } from './table.ts';

export function diagnosesView(diagnoses: Status['diagnoses'], { colour, width }: ViewOptions): string {
  const paint = painter(colour);
  return table(
    diagnoses.flatMap(({ code, sentence, next }) => [
      [paint('red', code), sentence],
      ['', paint('dim', `next: ${next}`)],
    ]),
    { width, indent: 2 },
  );
}
