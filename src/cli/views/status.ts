// The screen of `vigie status`: state and sentence first, what is wrong next, then every node; the command to type is the last line.

import type { Status } from '../../observed/status.ts';
import { diagnosesView } from './diagnoses.ts';
import { type Colour, type ViewOptions, age, painter, size } from './paint.ts';
import { table } from './table.ts';

const colourOf: Record<Status['state'], Colour> = { ok: 'green', degraded: 'yellow', down: 'red', unknown: 'yellow' };
const good = new Set(['master', 'up', 'open']);

/** `nowMs` for ages: epoch milliseconds. */
export function statusView(status: Status, options: ViewOptions, nowMs: number = Date.now()): string {
  const paint = painter(options.colour);
  const { state, name, sentence, diagnoses } = status;
  const head = `${paint(colourOf[state], paint('bold', state.toUpperCase()))}  ${paint('bold', name)}: ${sentence}`;
  const next = diagnoses[0]?.next;
  return [
    head,
    ...(diagnoses.length > 0 ? ['', diagnosesView(diagnoses, options)] : []),
    ...[redisRows(status, paint), sentinelRows(status, paint), proxyRows(status, paint, nowMs)].flatMap((rows) =>
      rows.length > 1 ? ['', table(rows, { width: options.width, indent: 2 })] : [],
    ),
    ...(next === undefined ? [] : ['', `next: ${next}`]),
  ].join('\n');
}

type Paint = ReturnType<typeof painter>;

function redisRows({ nodes }: Status, paint: Paint): string[][] {
  return [
    header(paint, 'redis', 'address', 'role', 'link', 'offset', 'behind'),
    ...nodes.map(({ id, host, port, role, link, offset, lagBytes }) => [
      id,
      `${host}:${port}`,
      role === 'master' ? paint('bold', role) : quality(paint, role),
      role === 'master' ? '-' : quality(paint, link),
      offset === null ? '?' : String(offset),
      role === 'master' ? '-' : lagBytes === null ? '?' : size(lagBytes),
    ]),
  ];
}

function sentinelRows({ sentinels }: Status, paint: Paint): string[][] {
  return [
    header(paint, 'sentinel', 'address', 'answers', 'names', 'epoch'),
    ...sentinels.map(({ id, host, port, reachable, master, configEpoch }) => [
      id,
      `${host}:${port}`,
      reachable ? 'yes' : paint('red', 'no'),
      master ?? paint('yellow', '?'),
      configEpoch === null ? '?' : String(configEpoch),
    ]),
  ];
}

function proxyRows({ proxies }: Status, paint: Paint, nowMs: number): string[][] {
  return [
    header(paint, 'proxy', 'writes', 'to', 'for', 'reads to'),
    ...proxies.map(({ id, write, read }) => [
      id,
      quality(paint, write.state),
      write.to ?? '-',
      write.since === null ? '?' : age(nowMs - Date.parse(write.since)),
      read.to.length > 0 ? read.to.join(', ') : write.state === 'unknown' ? '?' : paint('red', 'nobody'),
    ]),
  ];
}

function header(paint: Paint, ...names: string[]): string[] {
  return names.map((name) => paint('dim', name.toUpperCase()));
}

function quality(paint: Paint, word: string): string {
  if (good.has(word) || word === 'replica') return word;
  return paint(word === 'down' || word === 'closed' ? 'red' : 'yellow', word === 'unknown' ? '?' : word);
}
