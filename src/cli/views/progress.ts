// A run as it goes, from its events alone: a line for each thing done, or, on a terminal, finished stages above what runs now.

import type { Event } from '../../apply/events.ts';
import { type ViewOptions, counted, painter, took } from './paint.ts';

/** One line for people; undefined for events that are not worth one. */
export function lineOf(event: Event, colour = false): string | undefined {
  const paint = painter(colour);
  switch (event.kind) {
    case 'run-started':
      return `${event.command} ${event.deployment}: ${event.steps.length === 0 ? 'nothing to do but to look' : counted(event.steps.length, 'step')}`;
    case 'step-done':
      return `  ${paint('green', 'done')}  ${event.sentence} ${paint('dim', `(${took(event.tookMs)})`)}`;
    case 'step-failed':
      return `  ${paint('red', 'FAILED')}  ${event.sentence}: ${event.message}`;
    case 'waiting':
      return `  waiting: ${event.for.join('; ')}`;
    case 'note':
      return `  note: ${event.sentence}`;
    case 'run-done':
      return `${event.outcome} ${event.outcome === 'done' ? 'in' : 'after'} ${took(event.tookMs)}`;
    case 'stage-started':
    case 'stage-done':
    case 'step-started':
      return undefined;
  }
}

/** What the live view knows: what to draw is a function of it and of the time. */
export interface Progress {
  head: string;
  /** Lines that stay: finished stages, failures. Taken out when drawn. */
  settled: string[];
  stage?: { name: string; sinceMs: number; done: number };
  running: Map<string, string>;
  waitingFor: string[];
}

export function newProgress(): Progress {
  return { head: '', settled: [], running: new Map(), waitingFor: [] };
}

/** Takes one event in. */
export function follow(progress: Progress, event: Event, colour = false): void {
  const paint = painter(colour);
  switch (event.kind) {
    case 'run-started':
      progress.settled.push(lineOf(event, colour) ?? '');
      break;
    case 'stage-started':
      progress.stage = { name: event.stage, sinceMs: Date.parse(event.at), done: 0 };
      progress.running.clear();
      progress.waitingFor = [];
      break;
    case 'stage-done':
      progress.settled.push(
        `  ${paint('green', 'done')}  ${event.stage.padEnd(10)} ${counted(progress.stage?.done ?? 0, 'step')} ${paint('dim', `(${took(event.tookMs)})`)}`,
      );
      delete progress.stage;
      progress.running.clear();
      progress.waitingFor = [];
      break;
    case 'step-started':
      progress.running.set(event.step, event.sentence);
      break;
    case 'step-done':
      progress.running.delete(event.step);
      progress.waitingFor = [];
      if (progress.stage) progress.stage.done += 1;
      break;
    case 'waiting':
      progress.waitingFor = event.for;
      break;
    case 'step-failed':
    case 'note':
      progress.settled.push(lineOf(event, colour) ?? '');
      break;
    case 'run-done':
      progress.running.clear();
      progress.waitingFor = [];
      delete progress.stage;
      progress.settled.push(lineOf(event, colour) ?? '');
      break;
  }
}

/** The lines that change: the stage that runs, its steps, what is waited for. Cut to the width, so that none wraps. */
export function frame(progress: Progress, { colour, width }: ViewOptions, nowMs: number): string {
  const paint = painter(colour);
  const { stage, running, waitingFor } = progress;
  const lines: string[] = [];
  if (stage) lines.push(`  ${stage.name}, ${took(Math.max(0, nowMs - stage.sinceMs))}`);
  lines.push(...[...running.values()].map((sentence) => `    ${sentence}`), ...waitingFor.map((what) => `    waiting: ${what}`));
  return lines.map((line) => paint('dim', line.length < width ? line : `${line.slice(0, width - 2)}…`)).join('\n');
}
