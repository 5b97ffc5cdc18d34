// How durations, sizes and percentages are written in a topology, and what they come to. A unit is always asked for: a bare
// number is a riddle (Sentinel counts milliseconds, Redis mostly seconds).

export const durationPattern = /^\d+(\.\d+)?(ms|s|m|h|d)$/;
export const sizePattern = /^\d+(b|k|kb|m|mb|g|gb)$/i;
export const percentPattern = /^\d+(\.\d+)?%$/;

export const durationExamples = '400ms, 2s, 30m or 1h';
export const sizeExamples = '64kb, 256mb or 1gb';
export const percentExamples = '5% or 12.5%';

const msOf: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

// As Redis reads them (memtoull in util.c): k is 1000, kb is 1024.
const bytesOf: Record<string, number> = { b: 1, k: 1000, kb: 1024, m: 1000 ** 2, mb: 1024 ** 2, g: 1000 ** 3, gb: 1024 ** 3 };

/** Milliseconds, or undefined when the text is no duration or not a whole number of milliseconds. */
export function durationMs(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  const unit = text.replace(/^[\d.]+/, '');
  const ms = Math.round(Number(text.slice(0, -unit.length)) * (msOf[unit] ?? Number.NaN) * 1000) / 1000;
  return Number.isSafeInteger(ms) ? ms : undefined;
}

/** Bytes, or undefined when the text is no size. */
export function sizeBytes(text: string): number | undefined {
  if (!sizePattern.test(text)) return undefined;
  const unit = text.replace(/^\d+/, '').toLowerCase();
  const bytes = Number(text.slice(0, -unit.length)) * (bytesOf[unit] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** The number before the sign (`5%` is 5), or undefined when the text is no percentage between 0 and 100. */
export function percent(text: string): number | undefined {
  if (!percentPattern.test(text)) return undefined;
  const value = Number(text.slice(0, -1));
  return value <= 100 ? value : undefined;
}

/** The shortest way to write it: 2000 is `2s`. */
export function showDuration(ms: number): string {
  const unit = (['d', 'h', 'm', 's'] as const).find((name) => ms > 0 && ms % (msOf[name] ?? 1) === 0) ?? 'ms';
  return `${ms / (msOf[unit] ?? 1)}${unit}`;
}

/** The shortest way to write it: 268435456 is `256mb`. */
export function showSize(bytes: number): string {
  const unit = (['gb', 'mb', 'kb'] as const).find((name) => bytes > 0 && bytes % (bytesOf[name] ?? 1) === 0) ?? 'b';
  return `${bytes / (bytesOf[unit] ?? 1)}${unit}`;
}
