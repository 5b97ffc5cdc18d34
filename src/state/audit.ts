// Who changed what, when, and how it ended: append-only JSON lines, rotated, read by `vigie audit`.

import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { appendLine, readLines } from './files.ts';
import type { StateFolder } from './home.ts';

export interface AuditEntry {
  /** ISO 8601. */
  at: string;
  /** Login name; behind sudo also whose session it is: `root (for anna)`. */
  who: string;
  host: string;
  /** As typed; the tool takes no secret in its arguments. */
  command: string;
  /** `topologyHash` of what was asked. */
  topology: string;
  /** Sentences of the plan. */
  plan: string[];
  outcome: 'done' | 'failed' | 'interrupted' | 'declined' | 'refused';
  /** Error code and message, where it did not work. */
  error?: string;
  /** Run id of the journal. */
  run?: string;
  tookMs: number;
}

const limits = { maxBytes: 5 * 1024 * 1024, keep: 5, durable: true };

/** Fills in when, who and where. Texts must not hold secrets: the caller names them (`unfill`). */
export function appendAudit(folder: StateFolder, entry: Omit<AuditEntry, 'at' | 'who' | 'host'>): void {
  appendLine(join(folder.path, 'audit.jsonl'), { at: new Date().toISOString(), who: whoAmI(), host: hostname(), ...entry } satisfies AuditEntry, limits);
}

/** Oldest first, the rotated files included; with `last`, only that many of the youngest. */
export function readAudit(folder: StateFolder, options: { last?: number } = {}): AuditEntry[] {
  const path = join(folder.path, 'audit.jsonl');
  let entries = readLines(path);
  for (let n = 1; n <= limits.keep && (options.last === undefined || entries.length < options.last); n += 1) {
    entries = [...readLines(`${path}.${n}`), ...entries];
  }
  return (options.last === undefined ? entries : entries.slice(-options.last)) as AuditEntry[];
}

export function whoAmI(): string {
  const login = loginName();
  const before = process.env.SUDO_USER;
  return before !== undefined && before !== login ? `${login} (for ${before})` : login;
}

/** A container's user id may have no name. */
function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? '?'}`;
  }
}
