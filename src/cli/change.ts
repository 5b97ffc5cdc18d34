// The way every change goes: lock, look, plan, ask, record, run, audit. apply, up and down walk it; only the plan differs.

import { rmSync } from 'node:fs';
import { apply as converge, refusal } from '../apply/apply.ts';
import { type Emit, type Event, eventStream } from '../apply/events.ts';
import { Connections, type RunContext } from '../apply/run-context.ts';
import { allNodes } from '../desired/deployment.ts';
import type { MachineFacts, Snapshot } from '../observed/snapshot.ts';
import { statusOf } from '../observed/status.ts';
import { type PlanContext, isFresh } from '../plan/context.ts';
import { plan as planFor } from '../plan/plan.ts';
import { type Plan, upTo } from '../plan/step.ts';
import { installPlan, packagesFor } from '../render/install.ts';
import { VigieError, messageOf } from '../shared/errors.ts';
import { unfill } from '../shared/template.ts';
import { appendAudit } from '../state/audit.ts';
import { generateCredentials, loadCredentials } from '../state/credentials.ts';
import { createState, stateExists } from '../state/home.ts';
import { startJournal } from '../state/journal.ts';
import { describeHolder, takeLock } from '../state/lock.ts';
import { readRecord, topologyHash, writeRecord } from '../state/record.ts';
import { agreed, typedConsent } from './consent.ts';
import type { Io } from './io.ts';
import type { CommonOptions } from './options.ts';
import type { Session } from './session.ts';
import { eventViews } from './views/events.ts';
import { planView } from './views/plan.ts';
import { statusView } from './views/status.ts';

/** The plan that the user agreed to, as it still is: while the question stood, a failover may have made another one right. */
async function consented(session: Session, options: CommonOptions, io: Io, how: Change, audit: AuditDraft): Promise<{ snapshot: Snapshot; shown: Plan }> {
  let agreedTo: string | undefined;
  for (;;) {
    const { snapshot, plan } = await look(session, options);
    audit.plan = plan.steps.map((step) => step.sentence);
    if (plan.refused.length > 0) throw refusal(plan);
    const shown = upTo(plan, options.until);
    const ids = shown.steps.map((step) => step.id).join();
    if (agreedTo === ids) return { snapshot, shown };
    if (agreedTo !== undefined) io.err('The deployment changed while the question stood; this is the plan now:');
    if ((how.ask && shown.steps.length > 0) || options.dryRun === true) io.err(planView(shown, { colour: io.colour, width: io.width }));
    if (options.dryRun === true) return { snapshot, shown };
    if (!(await consent(session, shown, snapshot, options, io, how))) return { snapshot, shown };
    agreedTo = ids;
  }
}

export interface Change {
  command: string;
  /** False for `up`, which is `apply --yes`. */
  ask: boolean;
}

/** The planner's view of a session. */
export function planContextOf(session: Session, options: CommonOptions): PlanContext {
  const { deployment, target, credentials, record } = session;
  return {
    ...(record === undefined ? {} : { recorded: record.deployment }),
    machineOf: Object.fromEntries(allNodes(deployment).map((node) => [node.id, target.machineOf(node).id])),
    credentials: credentials.users(),
    packagesFor: (facts) => missingPackages(session, facts),
    ...(options.coldStart === undefined ? {} : { coldStart: nodeId(session, options.coldStart) }),
  };
}

export async function look(session: Session, options: CommonOptions): Promise<{ snapshot: Snapshot; plan: Plan }> {
  const snapshot = await session.observe();
  return { snapshot, plan: planFor(session.deployment, snapshot, planContextOf(session, options)) };
}

/** Makes it so; resolves with the last snapshot. Rejects with a VigieError after the audit has its line. */
export async function change(session: Session, options: CommonOptions, io: Io, how: Change): Promise<{ steps: string[]; snapshot: Snapshot; declined?: true }> {
  return underLock(session, options, io, how.command, async (audit) => {
    const { snapshot, shown } = await consented(session, options, io, how, audit);
    if (options.dryRun === true) return { steps: [], snapshot };
    createState(session.folder);
    if (isFresh(session.deployment, snapshot)) session.credentials = generateCredentials(session.folder, session.deployment);
    writeRecord(session.folder, session.deployment);
    session.record = readRecord(session.folder);
    return run(session, shown, options, io, how.command, audit, (context) =>
      converge(shown, snapshot, planContextOf(session, options), context, options.until === undefined ? {} : { until: options.until }),
    );
  });
}

/** What is there after a run that was to end at an earlier stage (R11). */
export function reachedView(session: Session, snapshot: Snapshot, until: string, io: Io): string {
  const status = statusOf(session.deployment, snapshot);
  return `stage ${until} is reached; what follows is not there yet:\n\n${statusView({ ...status, diagnoses: [] }, { colour: io.colour, width: io.width })}\n\nnext: vigie apply`;
}

export interface AuditDraft {
  plan: string[];
  run?: string;
}

/** Runs `act` under the lock and writes one audit line however it ends. */
export async function underLock<T>(session: Session, options: CommonOptions, io: Io, command: string, act: (audit: AuditDraft) => Promise<T>): Promise<T> {
  const started = performance.now();
  const lock = await takeLock(session.folder, {
    command: `vigie ${command}`,
    waitMs: options.wait === true ? 600_000 : 0,
    onWait: (holder) => io.err(`waiting for ${describeHolder(holder)}`),
    signal: io.signal,
  });
  // What was read before the lock was free may be old.
  session.record = readRecord(session.folder);
  session.credentials = loadCredentials(session.folder, session.deployment);
  const audit: AuditDraft = { plan: [] };
  const write = (outcome: 'done' | 'failed' | 'interrupted' | 'declined' | 'refused', error?: VigieError): void => {
    if (options.dryRun === true) return;
    appendAudit(session.folder, {
      command: `vigie ${command}`,
      topology: topologyHash(session.deployment),
      plan: audit.plan,
      outcome,
      ...(error === undefined ? {} : { error: unfill(`${error.code}: ${error.message}`, session.credentials) }),
      ...(audit.run === undefined ? {} : { run: audit.run }),
      tookMs: Math.round(performance.now() - started),
    });
  };
  try {
    const result = await act(audit);
    write('done');
    return result;
  } catch (error) {
    const known = error instanceof VigieError ? error : new VigieError('INTERNAL', messageOf(error), { cause: error });
    write(known.code === 'DECLINED' ? 'declined' : known.code === 'INTERRUPTED' ? 'interrupted' : audit.run === undefined ? 'refused' : 'failed', known);
    throw known;
  } finally {
    lock.release();
    // Nothing came of it: no folder is left behind that looks like a deployment.
    if (!stateExists(session.folder)) rmSync(session.folder.path, { recursive: true, force: true });
  }
}

/** Runs `act` with a journal and every view of the event stream attached. */
export async function run<T>(
  session: Session,
  plan: Plan,
  options: CommonOptions,
  io: Io,
  command: string,
  audit: AuditDraft,
  act: (context: RunContext) => Promise<T>,
): Promise<T> {
  const steps = plan.steps.map(({ id, stage, sentence }) => ({ id, stage, sentence }));
  const journal = startJournal(session.folder, { command: `vigie ${command}`, topology: topologyHash(session.deployment), steps }, (text) =>
    unfill(text, session.credentials),
  );
  audit.run = journal.id;
  // With nothing to do there is no progress to show.
  const views = await eventViews(options, plan.steps.length > 0 ? io : { ...io, interactive: false, err: () => undefined });
  const emit: Emit = eventStream([
    (event: Event) => {
      if (event.kind === 'step-started') journal.step(event.step, 'begun');
      if (event.kind === 'step-done') journal.step(event.step, 'done');
      if (event.kind === 'step-failed') journal.failed(event.step, event.message);
    },
    ...views.subscribers,
  ]);
  const connections = new Connections(session.target, session.credentials);
  const started = performance.now();
  emit({ kind: 'run-started', command, deployment: session.deployment.name, steps });
  try {
    const result = await act({
      deployment: session.deployment,
      target: session.target,
      secrets: session.credentials,
      emit,
      signal: io.signal,
      observe: () => session.observe(),
      connections,
    });
    emit({ kind: 'run-done', outcome: 'done', tookMs: Math.round(performance.now() - started) });
    journal.end('done');
    return result;
  } catch (error) {
    const outcome = error instanceof VigieError && error.code === 'INTERRUPTED' ? 'interrupted' : 'failed';
    emit({ kind: 'run-done', outcome, message: unfill(messageOf(error), session.credentials), tookMs: Math.round(performance.now() - started) });
    journal.end(outcome);
    throw error;
  } finally {
    await connections.close();
    await views.end();
  }
}

/** A plain yes for a plan; the typed name where it puts data at risk or an operator decides what only a person can. True when a person was
 *  asked, which takes time. */
async function consent(session: Session, plan: Plan, snapshot: Snapshot, options: CommonOptions, io: Io, how: Change): Promise<boolean> {
  const { name } = session.deployment;
  const asks = io.interactive && options.yes !== true && process.env['CI'] !== 'true';
  let typed = false;
  const wantsName = async (what: string): Promise<void> => {
    typed ||= options.confirm === undefined;
    await typedConsent(what, name, options.confirm, io);
  };
  if (options.coldStart !== undefined) await wantsName(`${options.coldStart} is taken as the node with the right data; what the others have beyond it is lost`);
  if (plan.steps.some((step) => step.risk === 'data')) await wantsName('this destroys data');
  const install = plan.steps.find((step) => step.kind === 'install');
  if (install?.kind === 'install') await mayInstall(session, install.packages, snapshot, options, io);
  if (!how.ask || plan.steps.length === 0) return typed;
  const question = `${plan.steps.length} ${plan.steps.length === 1 ? 'step' : 'steps'}. Go on?`;
  if (!(await agreed(question, io, options))) throw new VigieError('DECLINED', 'declined; nothing was done');
  return typed || asks;
}

/** Says what it will install and asks; where it may not or cannot, names the exact command. */
async function mayInstall(session: Session, packages: string[], snapshot: Snapshot, options: CommonOptions, io: Io): Promise<void> {
  const facts = Object.values(snapshot.machines).flatMap((seen) => (seen.known ? [seen.value] : []))[0];
  if (facts === undefined || facts.packageManager === 'none') {
    throw new VigieError('PACKAGES_MISSING', `${packages.join(', ')} missing, and no package manager that Vigie knows (apt, dnf, yum, brew)`, {
      next: 'install redis-server, redis-cli and haproxy yourself, then run the command again',
    });
  }
  const { display } = installPlan(facts.packageManager, packages, { root: facts.isRoot, sudo: facts.hasSudo });
  const cannot = (why: string): VigieError =>
    new VigieError('PACKAGES_MISSING', `${packages.join(', ')} ${packages.length === 1 ? 'is' : 'are'} not installed on this machine${why}`, { next: display });
  if (options.install !== true) throw cannot('; with --install Vigie installs them');
  if (!facts.isRoot && !facts.hasSudo && facts.packageManager !== 'brew') throw cannot(', and installing needs root or sudo');
  io.err(`These packages will be installed (their own services stay off): ${packages.join(', ')}\n  ${display}`);
  if (!(await agreed('Install them?', io, { ...options, noTerminal: cannot(', and there is no terminal to ask on') })))
    throw new VigieError('DECLINED', 'declined; nothing was installed', { next: display });
}

function missingPackages(session: Session, facts: MachineFacts): string[] {
  const { deployment } = session;
  if (deployment.engine.install === 'none') return [];
  const { kind } = deployment.engine;
  const needs: ('server' | 'haproxy')[] = [];
  if (facts.binaries[`${kind}-server`] === undefined || facts.binaries[`${kind}-cli`] === undefined) needs.push('server');
  if (deployment.proxies.length > 0 && facts.binaries.haproxy === undefined) needs.push('haproxy');
  if (needs.length === 0) return [];
  return packagesFor(facts.packageManager === 'none' ? 'apt' : facts.packageManager, kind, needs);
}

function nodeId(session: Session, given: string): string {
  const node = session.deployment.redis.find((candidate) => candidate.id === given || candidate.host === given);
  if (node === undefined)
    throw new VigieError('USAGE', `there is no Redis node ${given}; there are ${session.deployment.redis.map(({ id }) => id).join(', ')}`);
  return node.id;
}
