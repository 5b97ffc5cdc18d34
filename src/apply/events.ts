// What happens while a plan runs, as one public, versioned stream of plain JSON. Every view (live, lines, JSON lines, journal) only subscribes.

import type { Stage } from '../plan/step.ts';

export type EventBody =
  | { kind: 'run-started'; command: string; deployment: string; steps: { id: string; stage: Stage; sentence: string }[] }
  | { kind: 'stage-started'; stage: Stage }
  | { kind: 'stage-done'; stage: Stage; tookMs: number }
  | { kind: 'step-started'; step: string; sentence: string }
  | { kind: 'step-done'; step: string; sentence: string; tookMs: number }
  | { kind: 'step-failed'; step: string; sentence: string; message: string }
  /** Not an error: what the run is waiting for at this moment. */
  | { kind: 'waiting'; for: string[] }
  | { kind: 'note'; sentence: string }
  | { kind: 'run-done'; outcome: 'done' | 'failed' | 'interrupted'; message?: string; tookMs: number };

/** `at` is an ISO 8601 time; `schema` grows only when a field changes its meaning. */
export type Event = { schema: 1; at: string } & EventBody;

export type Emit = (body: EventBody) => void;

/** An emitter that stamps each event and hands it to every subscriber in order. */
export function eventStream(subscribers: ((event: Event) => void)[]): Emit {
  return (body) => {
    const event: Event = { schema: 1, at: new Date().toISOString(), ...body };
    for (const subscriber of subscribers) subscriber(event);
  };
}
