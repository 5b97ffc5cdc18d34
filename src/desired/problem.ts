// What is wrong in a source, and where: one shape for errors and warnings of every loader.

import type { Topology } from './schema.ts';

export interface Problem {
  file: string;
  /** From 1. 0 where the cause is not in the file (an option of the command line). */
  line: number;
  column: number;
  message: string;
  /** What to write or type instead. */
  next?: string;
}

/** What a loader found. All errors at once; with any error there is no topology, never half of one. */
export interface Loaded {
  topology?: Topology;
  errors: Problem[];
  warnings: Problem[];
  /** Where a value of the topology stands in the source: for problems found later. */
  locate?: Locate;
}

/** `key` is where the name stands, `value` what it is set to. The nearest place there is, when the path leads nowhere. */
export type Locate = (path: Path, at?: 'key' | 'value') => { line: number; column: number };

export type Path = readonly (string | number)[];

/** A problem before it has a place: found by a check that only knows the topology. */
export interface Finding {
  level: 'error' | 'warning';
  path: Path;
  at?: 'key' | 'value';
  message: string;
  next?: string;
}

export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return `${place}: ${problem.message}${problem.next === undefined ? '' : ` Next: ${problem.next}`}`;
}

export function placed(finding: Finding, file: string, locate?: Locate): Problem {
  const { line, column } = locate?.(finding.path, finding.at) ?? { line: 0, column: 0 };
  return { file, line, column, message: finding.message, ...(finding.next === undefined ? {} : { next: finding.next }) };
}

export function inOrder(problems: Problem[]): Problem[] {
  return problems.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

export function error(path: Path, message: string, next: string, at: 'key' | 'value' = 'value'): Finding {
  return { level: 'error', path, at, message, next };
}

export function warning(path: Path, message: string, next: string, at: 'key' | 'value' = 'value'): Finding {
  return { level: 'warning', path, at, message, next };
}
