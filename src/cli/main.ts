// The command line: parses it, loads only the command that was asked for, and ends with its exit code. bin/vigie imports this file.

import { type Command, CommanderError } from 'commander';
import { VigieError } from '../shared/errors.ts';
import { makeIo, report } from './io.ts';
import { makeProgram } from './program.ts';

process.umask(0o077);
const interrupt = new AbortController();
let signals = 0;
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    interrupt.abort(name);
    // A second Ctrl-C does not wait for a tidy end: running the command again finishes the job.
    if (name === 'SIGINT' && ++signals > 1) process.exit(130);
  });
}

process.exitCode = await main(process.argv.slice(2));
// The work is done: a forgotten connection must not keep the tool from ending.
setTimeout(() => process.exit(), 2000).unref();

async function main(argv: string[]): Promise<number> {
  let exitCode = 0;
  const completes = argv[0] === 'completion' || argv[0] === 'complete';
  const setExitCode = (code: number): void => {
    exitCode = code;
  };
  const program = makeProgram(argv, interrupt.signal, setExitCode, completes);
  if (completes) {
    const { attachCompletion } = await import('./completion.ts');
    if (attachCompletion(program, argv, (text) => void process.stdout.write(text))) return 0;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0;
    // `vigie` alone: the help has been shown.
    if (error instanceof CommanderError && error.code === 'commander.help') return 64;
    const io = makeIo({ json: argv.includes('--json'), verbose: argv.includes('-v') || argv.includes('--verbose') }, interrupt.signal);
    return report(error instanceof CommanderError ? usage(error, program, argv) : error, io);
  }
}

/** The message of the parser, and the command that helps: the one that was meant, or the help of the one that was typed. */
function usage(error: CommanderError, program: Command, argv: string[]): VigieError {
  const meant = /Did you mean ([\w-]+)\?/.exec(error.message)?.[1];
  const command = program.commands.find((candidate) => candidate.name() === argv[0])?.name();
  const next = command !== undefined ? `vigie ${command} --help` : meant === undefined ? 'vigie --help' : `vigie ${meant}`;
  return new VigieError('USAGE', error.message.replace(/^error: /, '').replaceAll('\n', ' '), { next });
}
