// Lines of Redis, Sentinel, HAProxy and gate logs, with their time where they tell it, so that logs of several nodes can be merged.

export interface LogLine {
  node: string;
  /** Epoch milliseconds; a line without a time has that of the line before it. */
  atMs: number;
  text: string;
}

/** Redis: `123:M 21 Nov 2026 09:12:33.123 * text`, in local time. Others: an ISO 8601 time at the start of the line. */
export function parseLog(node: string, text: string): LogLine[] {
  let atMs = 0;
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      atMs = timeOf(line) ?? atMs;
      return { node, atMs, text: line };
    });
}

function timeOf(line: string): number | undefined {
  const redis = /^\d+:[A-Z] (\d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2})\.(\d{3}) /.exec(line);
  if (redis) return Date.parse(redis[1] ?? '') + Number(redis[2]);
  const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/.exec(line);
  return iso ? Date.parse(iso[0]) : undefined;
}
