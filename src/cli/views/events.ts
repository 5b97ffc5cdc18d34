// Who listens to a run: the JSON lines of --events, and on standard error a live view on a terminal or plain lines elsewhere.

import { closeSync, openSync, writeSync } from 'node:fs';
import type { Event } from '../../apply/events.ts';
import { VigieError, messageOf } from '../../shared/errors.ts';
import type { Io } from '../io.ts';
import { follow, frame, lineOf, newProgress } from './progress.ts';

export interface EventViews {
  subscribers: ((event: Event) => void)[];
  /** Leaves the terminal and the file tidy. */
  end(): Promise<void>;
}

const redrawMs = 100;

/** Throws a VigieError when the file of --events cannot be written: before anything is done. */
export async function eventViews(options: { events?: string }, io: Io): Promise<EventViews> {
  const all = [...(options.events === undefined ? [] : [jsonLines(options.events, io)]), io.interactive ? await live(io) : lines(io)];
  return {
    subscribers: all.map((view) => (event) => view.take(event)),
    end: async () => {
      for (const view of all) view.end();
    },
  };
}

interface View {
  take(event: Event): void;
  end(): void;
}

function jsonLines(to: string, io: Io): View {
  if (to === '-') return { take: (event) => io.document(event, 'lines'), end: () => {} };
  let file: number;
  try {
    file = openSync(to, 'a', 0o600);
  } catch (error) {
    throw new VigieError('USAGE', `--events ${to} cannot be written: ${messageOf(error)}`, { next: 'give another file, or - for standard output' });
  }
  return { take: (event) => void writeSync(file, `${JSON.stringify(event)}\n`), end: () => closeSync(file) };
}

function lines(io: Io): View {
  const take = (event: Event): void => {
    const line = lineOf(event);
    if (line !== undefined) io.err(line);
  };
  return { take, end: () => {} };
}

async function live(io: Io): Promise<View> {
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(process.stderr);
  const progress = newProgress();
  const redraw = (): void => {
    for (const line of progress.settled.splice(0)) draw.persist(line);
    const text = frame(progress, { colour: io.colour, width: process.stderr.columns ?? io.width }, Date.now());
    if (text === '') draw.clear();
    else draw(text);
  };
  const timer = setInterval(redraw, redrawMs);
  const end = (): void => {
    clearInterval(timer);
    redraw();
    draw.clear();
    draw.done();
  };
  return {
    take: (event) => {
      follow(progress, event, io.colour);
      redraw();
    },
    end,
  };
}
