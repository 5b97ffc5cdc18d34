// Which step becomes which fragment of sh on the machine of its node: files, services, packages.

import { following } from '../plan/context.ts';
import type { Step } from '../plan/step.ts';
import { installPlan } from '../render/install.ts';
import { renderNode } from '../render/node.ts';
import { serviceOf } from '../render/service.ts';
import { paths } from '../desired/paths.ts';
import { VigieError } from '../shared/errors.ts';
import { shellQuote } from '../shared/shell.ts';
import { type Snapshot, valueOf } from '../observed/snapshot.ts';
import type { Machine } from '../target/target.ts';
import type { Act } from './program.ts';
import { type RunContext, nodeOf } from './run-context.ts';

export type MachineStep = Extract<Step, { kind: 'install' | 'write-files' | 'start' | 'stop' | 'restart' | 'permit' | 'remove-files' }>;

export function isMachineStep(step: Step): step is MachineStep {
  return ['install', 'write-files', 'start', 'stop', 'restart', 'permit', 'remove-files'].includes(step.kind);
}

export function machineOfStep(step: MachineStep, context: RunContext): Machine {
  const { target, deployment } = context;
  const machine = step.kind === 'install' ? target.machines.find(({ id }) => id === step.machine) : target.machineOf(nodeOf(deployment, step.node));
  if (machine === undefined) throw new Error(`no machine for step ${step.id}`);
  return machine;
}

/** `master` is the live master, which files of never-run nodes follow (law 1). */
export function actOf(step: MachineStep, context: RunContext, machine: Machine, snapshot: Snapshot, master: string | undefined): Act {
  const { deployment } = context;
  if (step.kind === 'install') return { id: step.id, fragment: installFragment(step, machine, snapshot), values: [] };
  const node = nodeOf(deployment, step.node);
  const dir = machine.dirOf(node.id);
  const service = serviceOf(deployment, node, dir);
  switch (step.kind) {
    case 'write-files': {
      const world = following(deployment, master);
      const files = renderNode(world, nodeOf(world, node.id), dir).filter((file) => step.files.includes(file.path));
      const lines = files.map((file) => `${file.ownership === 'seed' ? 'seed' : 'put'} ${shellQuote(`${dir}/${file.path}`)} ${file.mode.toString(8)} "$MARK"`);
      return {
        id: step.id,
        fragment: [`mkdir -p ${shellQuote(node.kind === 'redis' ? `${dir}/${paths.data}` : dir)}`, ...lines].join('\n'),
        values: files.map((file) => file.text),
      };
    }
    case 'start':
      return { id: step.id, fragment: machine.runtime.start(service), values: [] };
    case 'stop':
      return { id: step.id, fragment: machine.runtime.stop(service), values: [] };
    case 'restart':
      return { id: step.id, fragment: `${machine.runtime.stop(service)}\n${machine.runtime.start(service)}`, values: [] };
    case 'permit':
      return { id: step.id, fragment: `: > ${shellQuote(`${dir}/${paths.permit}`)}`, values: [] };
    case 'remove-files':
      return { id: step.id, fragment: `rm -rf -- ${shellQuote(dir)}`, values: [] };
  }
}

function installFragment(step: Extract<Step, { kind: 'install' }>, machine: Machine, snapshot: Snapshot): string {
  const facts = valueOf(snapshot.machines[machine.id]);
  if (facts === undefined || facts.packageManager === 'none') throw new VigieError('PACKAGES_MISSING', `no package manager is known on ${machine.id}`);
  return installPlan(facts.packageManager, step.packages, { root: facts.isRoot, sudo: facts.hasSudo }).program;
}
