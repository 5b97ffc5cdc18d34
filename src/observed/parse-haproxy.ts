// `show info`, `show servers state` and `show stat` of a proxy, in one answer → its slots and what each of them takes.

import type { ProxyFacts } from './snapshot.ts';

type Server = ProxyFacts['servers'][number];

/** One command line for all three; the answers come one after the other. */
export const haproxyQuestion = 'show info;show servers state;show stat';

/** Throws a plain Error when the answer is not what HAProxy 2.x and 3.x say to `haproxyQuestion`. */
export function parseHaproxy(answer: string): ProxyFacts {
  const lines = answer.split(/\r?\n/);
  const info = Object.fromEntries(lines.flatMap((line) => [...line.matchAll(/^(Version|Pid|Uptime_sec): (.*)$/g)].map(([, name, value]) => [name, value])));
  if (info.Pid === undefined) throw new Error(`the runtime socket answered something unexpected: ${lines[0] ?? ''}`);
  const sessions = sessionsOf(lines);
  const states = table(lines, '# be_id ', ' ');
  return {
    version: info.Version ?? '',
    pid: Number(info.Pid),
    uptimeSeconds: Number(info.Uptime_sec),
    servers: states.flatMap((row): Server[] => {
      const backend = row.be_name;
      if (backend !== 'write' && backend !== 'read') return [];
      const node = row.srv_name ?? '';
      return [
        {
          backend,
          node,
          address: row.srv_addr ?? '',
          port: Number(row.srv_port),
          state: stateOf(Number(row.srv_admin_state), Number(row.srv_op_state)),
          sinceSeconds: Number(row.srv_time_since_last_change),
          sessions: sessions.get(`${backend}/${node}`) ?? 0,
        },
      ];
    }),
  };
}

/** Bits of srv_admin_state (HAProxy management.txt, `show servers state`): 0x01 forced, 0x02 inherited, 0x20 unresolved maintenance;
 *  0x04 only says that the file has it `disabled` and stays after `state ready`; 0x08 forced, 0x10 inherited drain.
 *  srv_op_state 0 is stopped: a check failed, or it is in maintenance. */
function stateOf(admin: number, operational: number): Server['state'] {
  if (admin & 0x23) return 'maint';
  if (admin & 0x18) return 'drain';
  return operational === 0 ? 'down' : 'open';
}

function sessionsOf(lines: string[]): Map<string, number> {
  return new Map(table(lines, '# pxname,', ',').map((row) => [`${row.pxname}/${row.svname}`, Number(row.scur)]));
}

/** Rows below the line that begins with `start`, up to the next empty line, by column name. */
function table(lines: string[], start: string, separator: string): Record<string, string>[] {
  const at = lines.findIndex((line) => line.startsWith(start));
  if (at < 0) return [];
  const columns = (lines[at] as string).slice(2).split(separator);
  const end = lines.findIndex((line, n) => n > at && line === '');
  return lines.slice(at + 1, end < 0 ? undefined : end).map((line) => {
    const cells = line.split(separator);
    return Object.fromEntries(columns.map((column, n) => [column, cells[n] ?? '']));
  });
}
