// Performs a plan, stage by stage: the work on each machine as one program, then what goes over connections, then the stage's barrier.

import { authority } from '../observed/authority.ts';
import type { Snapshot } from '../observed/snapshot.ts';
import { seedMaster } from '../plan/context.ts';
import type { Plan, Stage, Step } from '../plan/step.ts';
import { VigieError, messageOf } from '../shared/errors.ts';
import { fill, unfill } from '../shared/template.ts';
import { RedisUnreachable } from '../target/redis.ts';
import type { Machine } from '../target/target.ts';
import { actOf, isMachineStep, machineOfStep, type MachineStep } from './acts.ts';
import { type CommandStep, performCommand } from './commands.ts';
import { composeProgram } from './program.ts';
import { answers, inSync, knowsAll } from './ready.ts';
import { type RunContext, nodeOf } from './run-context.ts';

/** Runs the stages of a plan in the plan's order. `after` is asked behind each stage; `stop` ends the run there (what follows is planned anew). */
export async function runPlan(plan: Plan, snapshot: Snapshot, context: RunContext, after: (stage: Stage) => 'go on' | 'stop' = () => 'go on'): Promise<void> {
  for (const [stage, steps] of byStage(plan.steps)) {
    const started = performance.now();
    context.emit({ kind: 'stage-started', stage });
    await runStage(steps, snapshot, context);
    context.emit({ kind: 'stage-done', stage, tookMs: since(started) });
    if (after(stage) === 'stop') return;
  }
}

async function runStage(steps: Step[], snapshot: Snapshot, context: RunContext): Promise<void> {
  const onMachines = steps.filter(isMachineStep);
  const overConnections = steps.filter((step): step is CommandStep => !isMachineStep(step));
  const byMachine = new Map<Machine, MachineStep[]>();
  for (const step of onMachines) {
    const machine = machineOfStep(step, context);
    byMachine.set(machine, [...(byMachine.get(machine) ?? []), step]);
  }
  await Promise.all([...byMachine].map(([machine, own]) => runOnMachine(machine, own, snapshot, context)));
  const startedIds = onMachines.flatMap((step) => (step.kind === 'start' || step.kind === 'restart' ? [step.node] : []));
  const up = await Promise.all(startedIds.map(async (id) => ({ id, state: await answers(id, context) })));
  // Until the gate has used it: a permit that came too late would be used at some later start.
  await Promise.all(
    onMachines.flatMap((step) => (step.kind === 'permit' && !startedIds.includes(step.node) ? [answers(step.node, context, { evenWaiting: true })] : [])),
  );
  for (const step of overConnections) await announced(step, context, () => performCommand(step, context));
  await Promise.all(up.filter(({ state }) => state === 'answers').map(({ id }) => barrier(id, steps[0]?.stage, context)));
}

async function barrier(id: string, stage: Stage | undefined, context: RunContext): Promise<void> {
  if (stage === 'return') return;
  const node = nodeOf(context.deployment, id);
  if (node.kind === 'redis') await inSync(id, context);
  if (node.kind === 'sentinel') await knowsAll(id, context);
}

async function runOnMachine(machine: Machine, steps: MachineStep[], snapshot: Snapshot, context: RunContext): Promise<void> {
  const master = seedMaster(context.deployment, snapshot, authority(context.deployment, snapshot));
  const acts = steps.map((step) => actOf(step, context, machine, snapshot, master));
  const { program, stdin } = composeProgram(acts);
  const clean = (text: string): string => unfill(text, context.secrets);
  const begun = new Map<string, number>();
  const failures: string[] = [];
  const onLine = (line: string): void => {
    const [, id = '', state = '', ...rest] = line.startsWith('act ') ? line.split(' ') : [];
    const step = steps.find((candidate) => candidate.id === id);
    if (step === undefined) return;
    if (state === 'begin') {
      begun.set(id, performance.now());
      context.emit({ kind: 'step-started', step: id, sentence: step.sentence });
    } else if (state === 'done') {
      context.emit({ kind: 'step-done', step: id, sentence: step.sentence, tookMs: since(begun.get(id) ?? performance.now()) });
    } else {
      failures.push(`${step.sentence}: ${clean(rest.join(' ').trim())}`);
      context.emit({ kind: 'step-failed', step: id, sentence: step.sentence, message: clean(rest.join(' ').trim()) });
    }
  };
  const hasInstall = steps.some((step) => step.kind === 'install');
  const result = await machine.transport.run(program, {
    stdin: fill(stdin, context.secrets),
    onLine,
    timeoutMs: hasInstall ? 900_000 : 120_000,
    ...(context.signal ? { signal: context.signal } : {}),
  });
  if (context.signal?.aborted) throw new VigieError('INTERRUPTED', `interrupted while working on ${machine.id}`);
  if (failures.length > 0 || result.exitCode !== 0) {
    const details = failures.length > 0 ? failures : [clean(result.stderr.trim()).slice(-2000)];
    throw new VigieError('STEP_FAILED', `a step failed on ${machine.id}`, { details });
  }
}

async function announced(step: Step, context: RunContext, act: () => Promise<void>): Promise<void> {
  const started = performance.now();
  context.emit({ kind: 'step-started', step: step.id, sentence: step.sentence });
  try {
    await act();
  } catch (error) {
    // An error of a server may quote what it was sent.
    const message = unfill(messageOf(error), context.secrets);
    context.emit({ kind: 'step-failed', step: step.id, sentence: step.sentence, message });
    if (error instanceof VigieError) throw error;
    // Sentinel ends every connection of a node whose role it changes; whether the command was done, the next look tells.
    if (error instanceof RedisUnreachable) throw new VigieError('CONNECTION_LOST', `could not ${step.sentence}: ${message}`);
    throw new VigieError('STEP_FAILED', `could not ${step.sentence}: ${message}`);
  }
  context.emit({ kind: 'step-done', step: step.id, sentence: step.sentence, tookMs: since(started) });
}

/** Steps grouped by stage, in the order in which they stand. */
function byStage(steps: Step[]): [Stage, Step[]][] {
  const groups: [Stage, Step[]][] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.[0] === step.stage) last[1].push(step);
    else groups.push([step.stage, [step]]);
  }
  return groups;
}

function since(started: number): number {
  return Math.round(performance.now() - started);
}
