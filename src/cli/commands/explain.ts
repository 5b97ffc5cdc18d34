// `vigie explain CODE`: what a code means and what to do; without a code, all of them.

import { type Code, codes } from '../../shared/codes.ts';
import { VigieError } from '../../shared/errors.ts';
import type { Io } from '../io.ts';
import type { CommonOptions } from '../options.ts';

export async function run([given]: string[], _: CommonOptions, io: Io): Promise<number> {
  if (given === undefined) {
    if (io.json) io.document({ schema: 1, codes });
    else for (const [code, { title }] of Object.entries(codes)) io.out(`${code.padEnd(24)} ${title}`);
    return 0;
  }
  const code = given.toUpperCase().replaceAll('-', '_');
  const found = Object.hasOwn(codes, code) ? codes[code as Code] : undefined;
  if (found === undefined) {
    const { closest } = await import('fastest-levenshtein');
    throw new VigieError('USAGE', `there is no code ${given}`, { next: `vigie explain ${closest(code, Object.keys(codes))}` });
  }
  if (io.json) io.document({ schema: 1, code, ...found });
  else io.out(`${code}: ${found.title} (exit ${found.exit})\n\n${found.explanation}\n\nnext: ${found.next}`);
  return 0;
}
