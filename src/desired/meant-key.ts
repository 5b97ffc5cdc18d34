// Which key was probably meant by one that does not belong where it stands: a near one here, or the same one elsewhere.

import { directiveName } from './directives.ts';
import { closest } from './nearest.ts';
import { knownDirectives } from './parameters.ts';
import type { Path } from './problem.ts';
import { topologySchema } from './schema.ts';
import { allKeys, childrenOf } from './schema-walk.ts';

/** Paths from the top, the likeliest only; several where one key has several places. Empty when nothing is near. */
export function meantKeys(path: Path, key: string): Path[] {
  const here = childrenOf(topologySchema, path);
  const same = here.filter((known) => plain(known) === plain(key));
  if (same.length > 0) return same.map((known) => [...path, known]);
  const elsewhere = placesOf(path);
  const moved = elsewhere.filter((place) => plain(String(place.at(-1))) === plain(key));
  if (moved.length > 0) return nearestPlaces(path, moved);
  const directive = directiveName(key);
  if ((path.length === 0 || (path.length === 1 && path[0] === 'redis')) && knownDirectives.includes(directive)) return [['redis', 'config', directive]];
  const near = closest(key, here);
  if (near !== undefined) return [[...path, near]];
  const far = closest(key, [...new Set(elsewhere.map((place) => String(place.at(-1))))]);
  const places = elsewhere.filter((place) => place.at(-1) === far);
  return nearestPlaces(path, places);
}

/** Every key of the schema by its path, NAME as the host at hand where there is one. */
function placesOf(path: Path): Path[] {
  const host = path[0] === 'hosts' ? path[1] : undefined;
  return allKeys(topologySchema).map(({ key }) => key.split('.').map((step) => (step === 'NAME' ? (host ?? step) : step)));
}

/** Inside the section at hand, if there are any; else all. */
function nearestPlaces(path: Path, places: Path[]): Path[] {
  const inside = places.filter((place) => path.length > 0 && path.every((step, index) => step === place[index]));
  return inside.length > 0 ? inside : places;
}

function plain(key: string): string {
  return key.toLowerCase().replaceAll(/[-_]/g, '');
}
