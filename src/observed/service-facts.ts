// The lines that a runtime prints about its services → what they are doing and what lies in their directories.

import type { Journal, ServiceFacts } from './snapshot.ts';

/** As `ServiceFacts`, but with the hash of each rendered file instead of the verdict: who knows the desired text compares. */
export type RawServiceFacts = Omit<ServiceFacts, 'files'> & {
  /** By path as the service lists it; absent files are absent here. `sha256` (hex) is missing when the file could not be read. */
  files: Record<string, { sha256?: string }>;
};

/** By service id. Lines of anything else are ignored, and so are values that are not what they should be. */
export function parseServiceFacts(text: string): Record<string, RawServiceFacts> {
  const all: Record<string, RawServiceFacts> = {};
  for (const line of text.split('\n')) {
    const [, id, key, value] = /^service\.([^\t]+)\t([a-z]+)\t(.*)$/.exec(line.replace(/\r$/, '')) ?? [];
    if (id === undefined || key === undefined || value === undefined) continue;
    if (!Object.hasOwn(all, id)) all[id] = { state: 'stopped', cleanStop: true, dataBytes: 0, files: {} };
    take(all[id] as RawServiceFacts, key, printable(value));
  }
  for (const facts of Object.values(all)) if (facts.gateSaid !== undefined && !stillTrue(facts)) delete facts.gateSaid;
  return all;
}

/** `REPLICATION-ID OFFSET DURABLE-OFFSET ROLE EPOCH-MS`; undefined when it is anything else (cut off by a full disk). */
export function parseJournal(line: string): Journal | undefined {
  const [, replicationId, offset, durableOffset, role, atMs] = /^([0-9a-f]{40}) (\d{1,15}) (\d{1,15}) (master|replica) (\d{1,15})$/.exec(line.trim()) ?? [];
  if (replicationId === undefined) return undefined;
  return { replicationId, offset: Number(offset), durableOffset: Number(durableOffset), role: role === 'master' ? 'master' : 'replica', atMs: Number(atMs) };
}

function take(facts: RawServiceFacts, key: string, value: string): void {
  switch (key) {
    case 'state':
      if (value === 'absent' || value === 'stopped' || value === 'waiting' || value === 'running') facts.state = value;
      break;
    case 'pid':
      if (/^\d{1,10}$/.test(value)) facts.pid = Number(value);
      break;
    case 'started':
      if (value === 'yes') facts.started = true;
      break;
    case 'clean':
      facts.cleanStop = value !== 'no';
      break;
    case 'said':
      facts.gateSaid = value;
      break;
    case 'data':
      if (/^\d{1,15}$/.test(value)) facts.dataBytes = Number(value);
      break;
    case 'journal': {
      const journal = parseJournal(value);
      if (journal) facts.journal = journal;
      break;
    }
    case 'file':
      facts.files[value] ??= {};
      break;
    case 'sum': {
      const [, sha256, file] = /^([0-9a-f]{64}) [ *]?(.+)$/.exec(value) ?? [];
      if (sha256 !== undefined && file !== undefined) facts.files[file] = { sha256 };
      break;
    }
  }
}

/** The gate speaks of the present while it waits, and of why it ended when it refused; "Starts as …" is the past once Redis has run. */
function stillTrue(facts: RawServiceFacts): boolean {
  return facts.state === 'waiting' || (facts.state === 'stopped' && !/^(Starts|Set) /.test(facts.gateSaid ?? ''));
}

function printable(value: string): string {
  return value.replaceAll(/[\u0000-\u001f\u007f]/g, '');
}
