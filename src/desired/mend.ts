// A topology with errors, without the wrong parts: so that the checks can find the other errors in the same run.

import type { IssueFinding } from './issue-text.ts';
import type { Path } from './problem.ts';
import { type Topology, topologySchema } from './schema.ts';

export interface Mended {
  topology: Topology;
  /** What was wrong or is missing: a check that reads one of these would guess, and waits for the next run. */
  broken: Path[];
}

/** Undefined when too little is left. Only for checking: what comes out is never deployed. */
export function mended(value: unknown, findings: readonly IssueFinding[]): Mended | undefined {
  // A word whose meaning is near is judged as that word; everything else that is wrong is taken out.
  const broken = findings.flatMap(({ path, meant, instead }): Path[] => (instead === undefined ? (meant ?? [path]) : []));
  const whole = findings.reduce((rest, { path, instead }) => replaced(rest, path, instead), value);
  const first = topologySchema.safeParse(standIns(whole));
  if (first.success) return { topology: first.data, broken };
  // What is missing in a section takes the section along.
  const sections = first.error.issues.map(({ path }) => path.slice(0, 1) as Path);
  const second = topologySchema.safeParse(standIns(sections.reduce((rest, path) => replaced(rest, path), whole)));
  return second.success ? { topology: second.data, broken: [...broken, ...sections] } : undefined;
}

/** What must be there, so that the rest of its section can be read. Each was reported as missing or wrong: whatever reads it waits. */
function standIns(value: unknown): unknown {
  if (!isSection(value)) return value;
  const on = (section: unknown) => ({ ...(isSection(section) ? section : {}), on: entriesOf(isSection(section) ? section['on'] : undefined) });
  const { sentinel, proxy, vip } = value;
  return {
    ...value,
    redis: on(value['redis']),
    ...(isSection(sentinel) ? { sentinel: on(sentinel) } : {}),
    ...(isSection(proxy) ? { proxy: on(proxy) } : {}),
    ...(isSection(vip) ? { vip: { address: '192.0.2.1/32', ...vip } } : {}),
  };
}

/** Entries keep their places, and a wrong one still counts. */
function entriesOf(list: unknown): unknown {
  if (list === undefined) return ['unreadable'];
  if (!Array.isArray(list)) return list;
  return list.map((entry: unknown, index) => (entry === taken || (isSection(entry) && !Object.hasOwn(entry, 'host')) ? `unreadable.${index}` : entry));
}

const taken = Symbol('taken out');

/** Without what stands at the path, or with another word there. A list loses as a whole, but for the entries of `on`. */
function replaced(value: unknown, path: Path, instead?: string, inOn = false): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (Array.isArray(value) && inOn)
    return value.map((entry: unknown, index) => (index !== step ? entry : rest.length === 0 || !isSection(entry) ? taken : replaced(entry, rest)));
  if (!isSection(value) || !Object.hasOwn(value, step)) return value;
  const { [step]: inner, ...others } = value;
  const list = step === 'on' && Array.isArray(inner);
  if (rest.length > 0 && (isSection(inner) || list)) return { ...others, [step]: replaced(inner, rest, instead, list) };
  return instead === undefined ? others : { ...others, [step]: instead };
}

function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
