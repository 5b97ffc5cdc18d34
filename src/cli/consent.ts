// Asking before something changes: a plain yes for what is safe, the typed name of the deployment for what destroys or risks data.

import { VigieError } from '../shared/errors.ts';
import type { Io } from './io.ts';

/** True when it may go on. `CI=true` answers plain questions with yes, as `--yes` does. Without a terminal the question is an error (64). */
export async function agreed(question: string, io: Io, options: { yes?: boolean; noTerminal?: VigieError }): Promise<boolean> {
  if (options.yes === true || process.env['CI'] === 'true') return true;
  if (!io.interactive) throw options.noTerminal ?? new VigieError('NO_TERMINAL', `there is a question and no terminal to ask it on: ${question}`);
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message: question, initialValue: false, output: process.stderr, signal: io.signal });
  if (isCancel(answer)) throw new VigieError('INTERRUPTED', 'interrupted at the question; nothing was done');
  return answer;
}

/** Resolves when the name was typed (or given with --confirm); rejects otherwise. `--yes` is never enough. */
export async function typedConsent(what: string, name: string, given: string | undefined, io: Io): Promise<void> {
  if (given === name) return;
  if (given !== undefined) throw new VigieError('CONSENT_NEEDED', `--confirm ${given} is not the name of this deployment`, { next: `--confirm ${name}` });
  if (!io.interactive) throw new VigieError('CONSENT_NEEDED', `${what}: that wants the name of the deployment, typed`, { next: `add --confirm ${name}` });
  const { text, isCancel } = await import('@clack/prompts');
  const answer = await text({ message: `${what}. Type the name of the deployment (${name}) to go on:`, output: process.stderr, signal: io.signal });
  if (isCancel(answer)) throw new VigieError('INTERRUPTED', 'interrupted at the question; nothing was done');
  if (answer !== name) throw new VigieError('DECLINED', 'what was typed is not the name of the deployment; nothing was done');
}
