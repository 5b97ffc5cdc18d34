// The next command, as it really has to be typed: with the words that say which deployment is meant.

import { shellQuote } from '../shared/shell.ts';
import type { CommonOptions } from './options.ts';

/** What was typed, to be repeated in the commands that are told as next. */
export interface Typed {
  /** After `vigie`. */
  argv: string[];
  /** Flag and value of each word that says which deployment is meant. */
  words: [flag: string, value: string][];
}

export function typed(argv: string[], file: string | undefined, options: CommonOptions): Typed {
  const words: [string, string | number | undefined][] = [
    ['-f', file],
    ['--name', options.name],
    ['--target', options.target],
    ['--port-base', options.portBase],
    ['--inventory-env', options.inventoryEnv],
    ['--pool', options.pool],
    ['--via', options.via],
  ];
  return { argv, words: words.flatMap(([flag, value]): [string, string][] => (value === undefined ? [] : [[flag, String(value)]])) };
}

const commands = /\bvigie (up|apply|plan|down|status|verify|wait|endpoints|connect|logs|render|audit)\b/g;

/** Completes a text that tells what to type next. `add --yes` becomes the command that was typed, with `--yes`. */
export function addressed(next: string, { argv, words }: Typed): string {
  const [, more] = /^add (--.*)$/.exec(next) ?? [];
  if (more !== undefined) return `vigie ${argv.map(shellQuote).join(' ')} ${more}`;
  const missing = words.filter(([flag]) => !next.includes(`${flag} `));
  return next.replace(commands, (command, name: string) =>
    [command, ...missing.map(([flag, value]) => `${name === 'logs' && flag === '-f' ? '--file' : flag} ${shellQuote(value)}`)].join(' '),
  );
}

/** The same for the lines `next: …` of a text for people; nothing else of it is touched. */
export function addressedLines(text: string, given: Typed): string {
  return text.replace(/^(\s*next: )(.*)$/gm, (_, label: string, next: string) => label + addressed(next, given));
}
