// The engine without the command line: one deployment in a temporary state folder, applied, looked at and taken down by a test.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apply } from '../../src/apply/apply.ts';
import { type Event, eventStream } from '../../src/apply/events.ts';
import { Connections, type RunContext } from '../../src/apply/run-context.ts';
import { runPlan } from '../../src/apply/run.ts';
import { type Deployment, allNodes } from '../../src/desired/deployment.ts';
import { observe } from '../../src/observe/observe.ts';
import { authority } from '../../src/observed/authority.ts';
import type { Snapshot } from '../../src/observed/snapshot.ts';
import type { PlanContext } from '../../src/plan/context.ts';
import { planDown } from '../../src/plan/down.ts';
import { plan } from '../../src/plan/plan.ts';
import { VigieError } from '../../src/shared/errors.ts';
import { openTarget } from '../../src/target/open.ts';
import { testSecrets } from './rendered.ts';

export function engine(deployment: Deployment) {
  const stateDir = mkdtempSync(join(tmpdir(), 'vigie-engine-'));
  const target = openTarget(deployment, stateDir);
  const events: Event[] = [];
  const look = (): Promise<Snapshot> => observe(deployment, target, testSecrets);
  const planContext = (more: Partial<PlanContext> = {}): PlanContext => ({
    machineOf: Object.fromEntries(allNodes(deployment).map((node) => [node.id, target.machineOf(node).id])),
    credentials: testSecrets.users(),
    packagesFor: () => [],
    ...more,
  });
  /** A failure is told with the last words of the node, which the command line would show. */
  const withContext = async <T>(act: (context: RunContext) => Promise<T>): Promise<T> => {
    const connections = new Connections(target, testSecrets);
    const emit = eventStream([
      (event) =>
        void (events.push(event), process.env['SHOW'] ? console.log(event.at.slice(14), JSON.stringify({ ...event, at: undefined, schema: undefined })) : 0),
    ]);
    try {
      return await act({ deployment, target, secrets: testSecrets, emit, observe: look, connections });
    } catch (error) {
      throw error instanceof VigieError ? new Error(`${error.code}: ${error.message}\n${error.details.join('\n')}`, { cause: error }) : error;
    } finally {
      await connections.close();
    }
  };
  return {
    stateDir,
    target,
    events,
    look,
    planNow: async (more?: Partial<PlanContext>) => plan(deployment, await look(), planContext(more)),
    apply: async (more?: Partial<PlanContext>) => {
      const snapshot = await look();
      return withContext((context) => apply(plan(deployment, snapshot, planContext(more)), snapshot, planContext(more), context));
    },
    down: async () => {
      const snapshot = await look();
      await withContext((context) => runPlan(planDown(deployment, snapshot, authority(deployment, snapshot), { purge: false }), snapshot, context));
    },
    /** Takes everything down, whatever state it is in, and removes the folder. */
    end: async () => {
      const snapshot = await look();
      for (const seen of Object.values(snapshot.services)) {
        if (!seen.known || seen.value.pid === undefined || seen.value.pid <= 1) continue;
        try {
          process.kill(seen.value.pid, 'SIGKILL');
        } catch {
          // It is gone already.
        }
      }
      await target.close();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
