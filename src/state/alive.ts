// Whether the very process that wrote its pid somewhere still lives: a pid alone is given out again.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isCode } from './files.ts';

/** When a process started, as an opaque word that no later process with this pid has; undefined when it does not run (a zombie does not)
 *  or the system does not tell. Linux: boot id and start tick; elsewhere: what `ps` says, to the second. */
export function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name stands in parentheses and may hold anything; state is the first field after it, start time the twentieth.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${fields[19]}`;
  } catch (error) {
    return isCode(error, 'ENOENT') && process.platform === 'linux' ? undefined : startByPs(pid);
  }
}

export function isAlive(pid: number, start: string | undefined): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!isCode(error, 'EPERM')) return false;
  }
  // Never taken for dead because the system does not tell.
  return start === undefined || startOf(pid) === start;
}

function startByPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.slice(line.indexOf(' ') + 1).trim();
  } catch {
    return undefined;
  }
}
