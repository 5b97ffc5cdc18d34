// One sentence for every kind of step, and what it puts at risk: the plan's words on screen, in JSON and in the audit.

import type { Risk, Stage, Step, StepBody } from './step.ts';

/** A step with its sentence. `id` names the act, so the same act has the same id in every run. */
export function step(stage: Stage, body: StepBody, reason: string, risk: Risk = riskOf(body)): Step {
  return { ...body, id: idOf(body), stage, sentence: describe(body), reason, risk };
}

export function describe(body: StepBody): string {
  switch (body.kind) {
    case 'install':
      return `install ${body.packages.join(', ')} (their own services stay off)`;
    case 'write-files':
      return `write ${body.files.join(', ')} of ${body.node}`;
    case 'start':
      return `start ${body.node}`;
    case 'stop':
      return `stop ${body.node}`;
    case 'restart':
      return `restart ${body.node}`;
    case 'config-set':
      return `set ${body.parameter} of ${body.node} from ${shown(body.from)} to ${shown(body.to)}, live${body.persist ? ' and persisted' : ', for now'}`;
    case 'acl-set':
      return `give user ${body.user} on ${body.node} the rights it should have`;
    case 'follow':
      return `tell ${body.node} to follow ${body.master}`;
    case 'sentinel-monitor':
      return `let ${body.node} watch ${body.master}`;
    case 'sentinel-set':
      return `set ${body.option} of ${body.node} from ${body.from} to ${body.to}`;
    case 'sentinel-debug':
      return `let ${body.node} ping and dial its peers every ${body.toMs} ms`;
    case 'permit':
      return `permit ${body.node} to start on our word, once`;
    case 'write-route':
      return body.to ? `open the write route of ${body.node} to ${body.to}` : `open the write route of ${body.node} to the master`;
    case 'read-route':
      return body.to ? `send the reads of ${body.node} to ${body.to.join(', ')}` : `send the reads of ${body.node} to the replicas in sync`;
    case 'remove-files':
      return `remove everything of ${body.node}, its data too`;
  }
}

function riskOf(body: StepBody): Risk {
  switch (body.kind) {
    case 'restart':
    case 'stop':
      return 'restart';
    case 'follow':
    case 'permit':
      return 'role';
    case 'remove-files':
      return 'data';
    default:
      return 'none';
  }
}

function idOf(body: StepBody): string {
  switch (body.kind) {
    case 'install':
      return `install/${body.machine}`;
    case 'config-set':
      return `config-set/${body.node}/${body.parameter}${body.persist ? '' : '/for-now'}`;
    case 'acl-set':
      return `acl-set/${body.node}/${body.user}`;
    case 'sentinel-set':
      return `sentinel-set/${body.node}/${body.option}`;
    case 'sentinel-debug':
      return `sentinel-debug/${body.node}/${body.option}/${body.toMs}`;
    default:
      return `${body.kind}/${body.node}`;
  }
}

function shown(value: string | null): string {
  if (value === null) return 'nothing';
  return value === '' ? '""' : value;
}
