// Every command, its words and options. The work is in commands/, loaded only when asked for, so that the tool starts at once.

import { Command, InvalidArgumentError, Option } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { stages } from '../plan/step.ts';
import { VigieError } from '../shared/errors.ts';
import { type Io, makeIo, report } from './io.ts';
import { typed } from './next.ts';
import type { CommonOptions } from './options.ts';

type Run = (args: string[], options: CommonOptions, io: Io) => Promise<number>;

export function makeProgram(argv: string[], signal: AbortSignal, done: (exitCode: number) => void, withCompletion = false): Command {
  const program = new Command('vigie')
    .description('Highly available Redis and Valkey on machines you own: one file in, a verified deployment out.')
    .version(manifest.version)
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .showSuggestionAfterError(true)
    .helpCommand(false)
    .addHelpText(
      'after',
      '\nThe topology: -f FILE (vigie.yaml or servers.tsv), else vigie.yaml here, else the deployment that was made from here.\nExit codes: 0 fine, 1 could not or declined, 2 checked and found wanting, 64 wrong usage or topology, 130 Ctrl-C.',
    );
  const act = (command: Command, load: () => Promise<{ run: Run }>): Command => {
    command.exitOverride().configureOutput({ outputError: () => undefined });
    return command.action(async (...given: unknown[]) => {
      const options = given.at(-2) as CommonOptions;
      const args = given
        .slice(0, -2)
        .flat()
        .filter((arg): arg is string => typeof arg === 'string');
      // Of the commands with a positional topology, its name is the first argument.
      const file = options.file ?? (command.registeredArguments[0]?.name() === 'file' ? args[0] : undefined);
      const io = makeIo(options, signal, typed(argv, file, options));
      try {
        done(await (await load()).run(args, options, io));
      } catch (error) {
        done(report(signal.aborted && !(error instanceof VigieError) ? new VigieError('INTERRUPTED', 'interrupted', { cause: error }) : error, io));
      }
    });
  };
  const add = (name: string, description: string, load: () => Promise<{ run: Run }>): Command =>
    act(program.command(name).description(description).option('--json', 'one JSON document on standard output').option('-v, --verbose', 'say more'), load);

  source(add('up', 'bring the deployment up and verify it; stays and shows it, Ctrl-C takes it down', () => import('./commands/up.ts')))
    .option('--install', 'install missing packages (asks first)')
    .option('--detach', 'leave it running and return')
    .option('--yes', 'answer yes to plain questions')
    .option('--confirm <name>', 'typed consent: the name of the deployment')
    .option('--cold-start <node>', 'after a power loss: the node with the right data (needs --confirm)')
    .option('--wait', 'wait for the lock instead of refusing')
    .addOption(until())
    .addOption(events());
  changes(add('apply', 'show the plan, ask, and make it so', () => import('./commands/apply.ts')))
    .addOption(until())
    .option('--install', 'install missing packages')
    .option('--cold-start <node>', 'after a power loss: the node with the right data (needs --confirm)');
  source(add('plan', 'show what apply would do; exit 2 when that is not nothing', () => import('./commands/plan.ts'))).addOption(until());
  changes(add('down', 'stop the deployment; its data stays', () => import('./commands/down.ts'))).option(
    '--purge',
    'remove its data, files and passwords too (needs --confirm NAME)',
  );
  source(add('status', 'what is there now; exit 2 when not ok', () => import('./commands/status.ts'))).option('--watch', 'again each second');
  source(add('verify', 'prove it through the real endpoints; exit 2 when a check fails', () => import('./commands/verify.ts'))).option(
    '--junit <file>',
    'write a JUnit report too',
  );
  named(add('wait', 'wait until the deployment is as it should be', () => import('./commands/wait.ts')))
    .addOption(new Option('--for <state>', 'what to wait for').choices(['ok', 'degraded', 'down']).default('ok'))
    .option('--timeout <duration>', 'give up after', '60s');
  named(add('endpoints', 'where applications connect', () => import('./commands/endpoints.ts')))
    .addOption(new Option('--format <format>', 'table, json or env').choices(['table', 'json', 'env']).default('table'))
    .option('--out <file>', 'write env with the password values to FILE (0600)');
  named(add('connect', 'open redis-cli, logged in', () => import('./commands/connect.ts')))
    .argument('[where]', 'write, read, or a node', 'write')
    .argument('[command...]', 'a command to run instead of a prompt');
  named(
    add('logs', 'the logs of all nodes, or of one, merged', () => import('./commands/logs.ts')),
    '--file <file>',
  )
    .argument('[node]', 'a node')
    .option('-f, --follow', 'go on as lines come')
    .option('-n, --lines <count>', 'lines of each log', wholeNumber, 20);
  source(add('render', 'write every file that apply would write, without secrets', () => import('./commands/render.ts'))).option(
    '--out <dir>',
    'into this folder',
    'rendered',
  );
  add('init', 'write a commented vigie.yaml', () => import('./commands/init.ts'))
    .option('--from <file>', 'convert this inventory (servers.tsv)')
    .option('--out <file>', 'where to write', 'vigie.yaml')
    .option('--name <name>', 'name of the deployment')
    .addOption(new Option('--mode <mode>', 'what to deploy').choices(['standalone', 'replication', 'sentinel']))
    .addOption(new Option('--profile <profile>', 'defaults').choices(['dev', 'staging', 'production']))
    .option('--inventory-env <env>', 'the ENV of servers.tsv', 'prod')
    .option('--pool <pool>', 'the POOL of servers.tsv, where two masters stand in one environment')
    .addOption(new Option('--via <address>', 'which addresses of servers.tsv').choices(['private', 'public']).default('private'))
    .option('--yes', 'take the defaults, ask nothing; replace FILE when it exists');
  named(add('audit', 'who changed what, when, and how it ended', () => import('./commands/audit.ts')));
  add('explain', 'what a code means and what to do', () => import('./commands/explain.ts')).argument('[code]', 'a code that Vigie printed');
  // The real command is added by `completion.ts`, which is loaded only when a shell asks for it.
  if (!withCompletion)
    program
      .command('completion')
      .description('a completion script for your shell: source <(vigie completion bash)')
      .argument('<shell>', 'zsh, bash, fish or powershell');
  const hidden = new Command('install-packages')
    .description('install what is missing on this machine')
    .option('--yes', 'do not ask')
    .option('--json', 'one JSON document on standard output')
    .option('-v, --verbose', 'say more');
  program.addCommand(
    act(hidden, () => import('./commands/install-packages.ts')),
    { hidden: true },
  );
  return program;
}

/** `logs` keeps -f for follow, as tail does; there the topology is --file. */
function named(command: Command, fileFlag = '-f, --file <file>'): Command {
  return command
    .option(fileFlag, 'the topology: vigie.yaml or servers.tsv')
    .option('--name <name>', 'name of the deployment')
    .option('--port-base <port>', 'first of its hundred ports (target local)', wholeNumber)
    .addOption(new Option('--target <target>', 'rehearse the topology on this machine').choices(['local']))
    .option('--inventory-env <env>', 'the ENV of servers.tsv (default: prod)')
    .option('--pool <pool>', 'the POOL of servers.tsv')
    .addOption(new Option('--via <address>', 'which addresses of servers.tsv').choices(['private', 'public']));
}

function source(command: Command): Command {
  return named(command.argument('[file]', 'the topology, as -f'));
}

function changes(command: Command): Command {
  return source(command)
    .option('--yes', 'do not ask')
    .option('--dry-run', 'only show what would be done')
    .option('--confirm <name>', 'typed consent: the name of the deployment')
    .option('--wait', 'wait for the lock instead of refusing')
    .addOption(events());
}

function events(): Option {
  return new Option('--events <file>', 'the event stream as JSON lines into FILE, or - for standard output');
}

function until(): Option {
  return new Option('--until <stage>', 'stop after this stage').choices(stages);
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}
