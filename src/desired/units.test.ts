import { describe, expect, test } from 'vitest';
import { durationMs, percent, showDuration, showSize, sizeBytes } from './units.ts';

describe('durations', () => {
  test.each([
    ['400ms', 400],
    ['2s', 2000],
    ['1.5s', 1500],
    ['0.3s', 300],
    ['30m', 1_800_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['0ms', 0],
    ['2', undefined],
    ['', undefined],
    ['s', undefined],
    ['-2s', undefined],
    ['2 s', undefined],
    ['2S', undefined],
    ['0.5ms', undefined],
    ['99999999999999999d', undefined],
  ])('%s is %s ms', (text, ms) => expect(durationMs(text)).toBe(ms));

  test.each([
    [400, '400ms'],
    [2000, '2s'],
    [1500, '1500ms'],
    [7_200_000, '2h'],
    [0, '0ms'],
  ])('%i ms is written %s', (ms, text) => expect(showDuration(ms)).toBe(text));
});

describe('sizes, as Redis reads them', () => {
  test.each([
    ['64kb', 65_536],
    ['64k', 64_000],
    ['256mb', 268_435_456],
    ['1GB', 1_073_741_824],
    ['1g', 1_000_000_000],
    ['0b', 0],
    ['256', undefined],
    ['1tb', undefined],
    ['-1mb', undefined],
    ['1.5gb', undefined],
    ['99999999999gb', undefined],
  ])('%s is %s bytes', (text, bytes) => expect(sizeBytes(text)).toBe(bytes));

  test.each([
    [65_536, '64kb'],
    [1_073_741_824, '1gb'],
    [1000, '1000b'],
    [0, '0b'],
  ])('%i bytes are written %s', (bytes, text) => expect(showSize(bytes)).toBe(text));
});

test.each([
  ['5%', 5],
  ['12.5%', 12.5],
  ['100%', 100],
  ['101%', undefined],
  ['5', undefined],
])('%s is %s', (text, value) => expect(percent(text)).toBe(value));
