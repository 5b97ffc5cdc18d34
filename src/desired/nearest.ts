// What somebody probably meant: the known word nearest to a mistyped one.

import { distance } from 'fastest-levenshtein';

/** Undefined when nothing is near enough to be worth saying. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const shape = (text: string) => text.toLowerCase().replaceAll(/[-_\s]/g, '');
  const ranked = known.map((candidate) => ({ candidate, far: distance(shape(word).slice(0, 80), shape(candidate)) })).toSorted((a, b) => a.far - b.far);
  const best = ranked[0];
  if (best === undefined) return undefined;
  const { length } = shape(best.candidate);
  // Two letters that changed places count as two.
  return best.far <= (length < 4 ? 1 : Math.max(2, Math.floor(length / 3))) && best.far < length - 1 ? best.candidate : undefined;
}
