// A YAML document as plain values for the schema, and where each value stands in the file.

import { type Document, type LineCounter, type Node as YamlNode, type Pair as YamlPair, isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Locate, Path } from './problem.ts';

/** Deeper or larger than any topology: an alias that contains itself, or a bomb of aliases. */
const deepest = 32;
const largest = 20_000;

export class TooLarge extends Error {}

export interface Plain {
  value: unknown;
  /** Keys that are written again in their section, by offset in the text; the first value counts. */
  doubles: { key: string; offset: number; firstOffset: number }[];
  /** Aliases (*) without an anchor (&) above them; their value is null. */
  lost: Path[];
}

/** The document as plain values. Text stays text where a topology wants text: host `01` is not 1, version 7.10 is not 7.1.
 *  Throws TooLarge. */
export function plainValue(document: Document): Plain {
  let count = 0;
  const doubles = new Map<number, Plain['doubles'][number]>();
  const lost: Path[] = [];
  const plain = (node: unknown, path: Path): unknown => {
    count += 1;
    if (path.length > deepest || count > largest) throw new TooLarge();
    if (isAlias(node)) {
      const anchored = node.resolve(document);
      if (anchored === undefined) lost.push(path);
      return plain(anchored, path);
    }
    if (isMap(node)) {
      const first = new Map<string, YamlPair>();
      for (const pair of node.items) {
        const key = keyText(pair.key);
        const before = first.get(key);
        const offset = startOf(pair.key) ?? 0;
        if (before === undefined) first.set(key, pair);
        else doubles.set(offset, { key, offset, firstOffset: startOf(before.key) ?? 0 });
      }
      return safeObject([...first].map(([name, { value }]) => [name, plain(value, [...path, name])] as const));
    }
    if (isSeq(node)) return node.items.map((item, index) => plain(item, [...path, index]));
    if (!isScalar(node)) return null;
    const written = node.value !== null && typeof node.value !== 'string' && isText(path);
    return written ? (node.source ?? String(node.value)) : typeof node.value === 'bigint' ? String(node.value) : node.value;
  };
  return { value: plain(document.contents, []), doubles: [...doubles.values()], lost };
}

export function locator(document: Document, lines: LineCounter): Locate {
  return (path, at = 'value') => {
    let node: unknown = document.contents;
    let offset = startOf(node) ?? 0;
    for (const [index, step] of path.entries()) {
      if (isAlias(node)) node = node.resolve(document);
      const last = index === path.length - 1;
      if (isMap(node)) {
        const pair = node.items.find(({ key }) => keyText(key) === String(step));
        if (pair === undefined) break;
        // A missing part is reported at the name of what lacks it, a value at the value.
        const keyOffset = startOf(pair.key) ?? offset;
        const deeper = isMap(pair.value) || isSeq(pair.value) || isAlias(pair.value);
        offset = last && at === 'value' ? (startOf(pair.value) ?? keyOffset) : keyOffset;
        if (!last && !deeper) break;
        node = pair.value;
      } else if (isSeq(node)) {
        const item: unknown = typeof step === 'number' ? node.items[step] : undefined;
        if (item === undefined) break;
        offset = startOf(item) ?? offset;
        node = item;
      } else {
        break;
      }
    }
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
}

/** Where the schema wants text, and YAML may see a number or true. */
const textPlaces = [
  /^(name|masterName)$/,
  /^engine\.version$/,
  /^(redis|sentinel|proxy)\.on\.\d+(\.host)?$/,
  /^redis\.master$/,
  /^redis\.config\./,
  /^hosts\.[^.]*\.(address|zone)$/,
  /^hosts\.[^.]*\.ssh\.(user|key)$/,
  /^credentials\.[^.]*\.(file|env)$/,
  /^proxy\.stateFile$/,
  /^vip\.address$/,
];

function isText(path: Path): boolean {
  const joined = path.map((step) => String(step).replaceAll('.', '_')).join('.');
  return textPlaces.some((place) => place.test(joined));
}

function keyText(key: unknown): string {
  if (!isScalar(key)) return key === null || key === undefined ? '' : '?';
  return key.source ?? String(key.value);
}

function startOf(node: unknown): number | undefined {
  return (node as YamlNode | null | undefined)?.range?.[0];
}

/** Also keys like __proto__ are only keys. */
function safeObject(entries: (readonly [string, unknown])[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [key, value] of entries) Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
  return object;
}
