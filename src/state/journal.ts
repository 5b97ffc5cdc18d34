// What a run of a plan was doing: one JSON line per event, so that after a crash it can be said which step had begun.
// The live system stays the truth; the journal only tells the story.

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { appendLine, readLines } from './files.ts';
import type { StateFolder } from './home.ts';

export interface RunStart {
  command: string;
  topology: string;
  steps: { id: string; sentence: string }[];
}

/** A run under way. Each call has reached the file when it returns. */
export interface RunJournal {
  /** Sorts by time. */
  id: string;
  step(id: string, state: 'begun' | 'done'): void;
  failed(id: string, message: string): void;
  end(outcome: RunOutcome): void;
}

export type RunOutcome = 'done' | 'failed' | 'interrupted';

export interface LastRun {
  id: string;
  command: string;
  topology: string;
  /** ISO 8601. */
  startedAt: string;
  endedAt?: string;
  /** `unfinished`: no end was written. Its process was killed, or it is still at work (then it holds the lock). */
  outcome: RunOutcome | 'unfinished';
  steps: { id: string; sentence: string; state: 'waiting' | 'begun' | 'done' | 'failed'; message?: string }[];
}

type Line =
  | { run: string; at: string; event: 'start'; command: string; topology: string; steps: { id: string; sentence: string }[] }
  | { run: string; at: string; event: 'step'; id: string; state: 'begun' | 'done' | 'failed'; message?: string }
  | { run: string; at: string; event: 'end'; outcome: RunOutcome };

const limits = { maxBytes: 5 * 1024 * 1024, keep: 5 };

/** `redact` is applied to every message: an error of a server may quote what it was sent. */
export function startJournal(folder: StateFolder, start: RunStart, redact: (text: string) => string = (text) => text): RunJournal {
  const id = `${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}-${randomBytes(3).toString('hex')}`;
  // Only between runs, so that the lines of one run stay in one file.
  const write = (line: DistributiveOmit<Line, 'run' | 'at'>, maxBytes = Number.POSITIVE_INFINITY) =>
    appendLine(journalPath(folder), { run: id, at: new Date().toISOString(), ...line }, { ...limits, maxBytes });
  write({ event: 'start', ...start }, limits.maxBytes);
  return {
    id,
    step: (step, state) => write({ event: 'step', id: step, state }),
    failed: (step, message) => write({ event: 'step', id: step, state: 'failed', message: redact(message) }),
    end: (outcome) => write({ event: 'end', outcome }),
  };
}

/** The last run that was started from this state folder; undefined before the first. */
export function lastRun(folder: StateFolder): LastRun | undefined {
  const lines = readLines(journalPath(folder)) as Line[];
  const start = lines.findLast((line) => line.event === 'start');
  if (!start) return undefined;
  const run: LastRun = {
    id: start.run,
    command: start.command,
    topology: start.topology,
    startedAt: start.at,
    outcome: 'unfinished',
    steps: start.steps.map((step) => ({ ...step, state: 'waiting' })),
  };
  for (const line of lines) {
    if (line.run !== start.run) continue;
    if (line.event === 'end') Object.assign(run, { outcome: line.outcome, endedAt: line.at });
    if (line.event !== 'step') continue;
    const step = run.steps.find((candidate) => candidate.id === line.id);
    if (step) Object.assign(step, { state: line.state }, line.message === undefined ? {} : { message: line.message });
  }
  return run;
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

function journalPath(folder: StateFolder): string {
  return join(folder.path, 'journal.jsonl');
}
