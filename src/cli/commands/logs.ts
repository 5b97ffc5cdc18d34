// `vigie logs`: the logs of all nodes, merged by time, without passwords; `--follow` goes on.

import { type Node, allNodes } from '../../desired/deployment.ts';
import { paths } from '../../desired/paths.ts';
import { VigieError } from '../../shared/errors.ts';
import { unfill } from '../../shared/template.ts';
import type { Io } from '../io.ts';
import { type LogLine, parseLog } from '../log-lines.ts';
import type { CommonOptions } from '../options.ts';
import { type Session, withSession } from '../session.ts';

const everyMs = 300;

export async function run([which]: string[], options: CommonOptions, io: Io): Promise<number> {
  return withSession(undefined, options, io, async (session) => {
    const nodes = allNodes(session.deployment).filter((node) => which === undefined || node.id === which || node.host === which);
    if (nodes.length === 0)
      throw new VigieError(
        'USAGE',
        `there is no node ${which}; there are ${allNodes(session.deployment)
          .map(({ id }) => id)
          .join(', ')}`,
      );
    const wanted = options.lines ?? 20;
    const seen = new Map<string, number>();
    for (let first = true; ; first = false) {
      const lines = (
        await Promise.all(nodes.flatMap((node) => logsOf(node).map((log) => fresh(session, node, log, seen, first ? wanted : Number.POSITIVE_INFINITY))))
      ).flat();
      for (const line of lines.sort((a, b) => a.atMs - b.atMs)) {
        if (io.json) io.document(line, 'lines');
        else io.out(`${line.node.padEnd(width(nodes))} ${line.text}`);
      }
      if (io.signal.aborted) return 130;
      if (options.follow !== true || io.unread.aborted) return 0;
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  });
}

function logsOf(node: Node): string[] {
  if (node.kind === 'redis') return [paths.serviceLog, paths.redisLog];
  return node.kind === 'sentinel' ? [paths.serviceLog, paths.sentinelLog] : [paths.serviceLog];
}

/** Lines that were not given before; of the first look only the last `count`. A file that became shorter was rotated: it is read anew. */
async function fresh(session: Session, node: Node, log: string, seen: Map<string, number>, count: number): Promise<LogLine[]> {
  const machine = session.target.machineOf(node);
  const path = `${machine.dirOf(node.id)}/${log}`;
  const text = (await machine.transport.readFile(path)) ?? '';
  const known = seen.get(path) ?? 0;
  const end = text.lastIndexOf('\n') + 1;
  seen.set(path, end);
  const added = text.slice(known > text.length ? 0 : known, end);
  const lines = parseLog(node.id, unfill(added, session.credentials));
  return lines.slice(Math.max(0, lines.length - count));
}

function width(nodes: Node[]): number {
  return Math.max(...nodes.map(({ id }) => id.length));
}
