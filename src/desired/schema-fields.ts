// The kinds of values that a topology holds: how each is written, checked and described. Values stay as they were written;
// the resolver turns them into numbers.

import { z } from 'zod';
import { type ProfileDefaults, profileDefaults } from './profiles.ts';
import type { Profile } from './deployment.ts';
import { durationExamples, durationMs, durationPattern, sizeBytes, sizeExamples, sizePattern } from './units.ts';

/** What holds where a key is not written: a value, one per profile, or a sentence. For the reference page; shown, not applied. */
export type DefaultText = string | Record<Profile, string>;
export const defaultTexts = z.registry<{ default: DefaultText }>();

export interface About {
  description: string;
  default?: DefaultText;
  examples?: unknown[];
}

/** A key with its meaning, its default and examples. */
export function field<T extends z.ZodType>(schema: T, about: About): T {
  const described = schema.meta({ description: about.description, ...(about.examples ? { examples: about.examples } : {}) });
  if (about.default !== undefined) defaultTexts.add(described, { default: about.default });
  return described;
}

export function perProfile(key: keyof ProfileDefaults): DefaultText {
  return { dev: `${profileDefaults.dev[key]}`, staging: `${profileDefaults.staging[key]}`, production: `${profileDefaults.production[key]}` };
}

export function duration() {
  const error = ({ input }: { input?: unknown }) => {
    const cure = typeof input === 'number' ? `write ${input}ms or ${input}s` : `write it like ${durationExamples}`;
    return `${show(input)} is not a duration: a number with its unit, ${cure}`;
  };
  return z
    .string({ error })
    .regex(durationPattern, { error, abort: true })
    .refine((text) => durationMs(text) !== undefined, { error: ({ input }) => `${show(input)} is too long, or not a whole number of milliseconds` });
}

export function size() {
  const error = ({ input }: { input?: unknown }) => {
    const cure =
      input === 0 ? 'write 0b for no limit' : typeof input === 'number' ? `write ${input}mb, or ${input}b if it counts bytes` : `write it like ${sizeExamples}`;
    return `${show(input)} is not a size: a number with its unit, ${cure}`;
  };
  return z
    .string({ error })
    .regex(sizePattern, { error, abort: true })
    .refine((text) => sizeBytes(text) !== undefined, { error: ({ input }) => `${show(input)} is more than any machine has` });
}

export function wholeNumber(min: number, max: number) {
  const error = ({ input }: { input?: unknown }) => `${show(input)} is not a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

export function port() {
  return wholeNumber(1, 65_535);
}

export function yesNo() {
  return z.boolean({ error: ({ input }) => `${show(input)} is neither true nor false` });
}

/** Names become names of folders, HAProxy servers and Sentinel masters: nowhere may they need quotes. */
export const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
export const nameRule = 'letters, digits, dot, dash and underscore, 64 at most, and the first a letter or digit';

export function name(what: string) {
  const error = ({ input }: { input?: unknown }) => `${show(input)} cannot be ${what}: ${nameRule}`;
  return z.string({ error }).regex(namePattern, { error });
}

/** Never repeated in a message: somebody may have written a URL with a password in it. */
export function address() {
  const error = 'this is not an address: write an IP address, 10.0.0.5 or fd00::5';
  return z.string({ error }).regex(/^[A-Za-z0-9.:-]{1,253}$/, { error });
}

export function path() {
  const error = 'this is not a path: one line of text is wanted';
  return z.string({ error }).regex(/^[^\u0000-\u001f\u007f]+$/, { error });
}

export function isIp(text: string): boolean {
  return z.ipv4().safeParse(text).success || z.ipv6().safeParse(text).success;
}

/** A value in a message: short plain ones as they are, anything else only by its kind. */
export function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a section';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return 'this';
  const text = value.replaceAll(/[\u0000-\u001f\u007f]+/g, ' ');
  return text.length > 40 ? 'this text' : JSON.stringify(text).replaceAll(/^"|"$/g, "'");
}
