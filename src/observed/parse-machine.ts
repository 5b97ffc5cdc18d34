// The lines of observe/machine-facts.ts → what a machine is and has. Lines that it does not know are left alone.

import type { MachineFacts } from './snapshot.ts';

export interface ParsedMachine {
  facts: MachineFacts;
  /** Inodes of the listening sockets, by port, where holders are to be asked for (Linux). */
  inodes: { port: number; inode: string }[];
  /** How the runtime's fragment ended, by service: 0, or what it said on standard error. */
  ended: Record<string, { exitCode: number; said: string }>;
}

type Binary = keyof MachineFacts['binaries'];

export function parseMachine(text: string, ports: number[]): ParsedMachine {
  const facts: MachineFacts = { os: 'unknown', isRoot: false, hasSudo: false, packageManager: 'none', binaries: {}, listening: [] };
  const inodes: ParsedMachine['inodes'] = [];
  const has = new Set<string>();
  let kernel = '';
  const lsof = new LsofReader(ports);
  const ended: ParsedMachine['ended'] = {};
  const lines = text.split('\n');
  for (const line of lines) {
    const [kind, ...fields] = line.split('\t');
    const [first = '', second = ''] = fields;
    if (kind === 'kernel') kernel = first;
    if (kind === 'os') facts.os = first;
    if (kind === 'uid') facts.isRoot = first === '0';
    if (kind === 'has') has.add(first);
    if (kind === 'binary') facts.binaries[first as Binary] = { path: second };
    if (kind === 'inode') inodes.push({ port: Number.parseInt(first, 16), inode: second });
    if (kind === 'lsof') lsof.read(first);
    if (kind === 'end') ended[first] = { exitCode: Number(second), said: lines.findLast((other) => other.startsWith(`${first}: `)) ?? '' };
  }
  if (facts.os === 'unknown' && kernel !== '') facts.os = kernel;
  facts.hasSudo = has.has('sudo');
  facts.packageManager = has.has('apt-get') ? 'apt' : ((['dnf', 'yum', 'brew'] as const).find((name) => has.has(name)) ?? 'none');
  facts.listening = onePerPort([...inodes.map(({ port }) => ({ port })), ...lsof.found]);
  return { facts, inodes, ended };
}

/** Adds the holders to the facts of the same machine. One socket may be open in several processes: the first is named. */
export function withHolders(machine: ParsedMachine, text: string): MachineFacts {
  const holders = new Map<string, { pid: number; program: string }>();
  for (const line of text.split('\n')) {
    const [kind, inode = '', pid, program = ''] = line.split('\t');
    if (kind === 'holder' && !holders.has(inode)) holders.set(inode, { pid: Number(pid), program });
  }
  const listening = machine.facts.listening.map((socket) => {
    const own = machine.inodes.filter(({ port }) => port === socket.port).map(({ inode }) => holders.get(inode));
    return { ...socket, ...own.find((holder) => holder !== undefined) };
  });
  return { ...machine.facts, listening };
}

/** `lsof -F pcn`: `p` and `c` begin a process, each `n` below is a socket of it: `n127.0.0.1:6379`, `n*:6379`, `n[::1]:6379`. */
class LsofReader {
  readonly found: MachineFacts['listening'] = [];
  readonly #ports: Set<number>;
  #pid = 0;
  #program = '';

  constructor(ports: number[]) {
    this.#ports = new Set(ports);
  }

  read(line: string): void {
    const value = line.slice(1);
    if (line.startsWith('p')) this.#pid = Number(value);
    if (line.startsWith('c')) this.#program = value;
    const port = Number(value.slice(value.lastIndexOf(':') + 1));
    if (line.startsWith('n') && this.#ports.has(port)) this.found.push({ port, pid: this.#pid, program: this.#program });
  }
}

function onePerPort(listening: MachineFacts['listening']): MachineFacts['listening'] {
  return [...new Map(listening.toReversed().map((socket) => [socket.port, socket])).values()].sort((a, b) => a.port - b.port);
}
