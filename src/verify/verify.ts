// Does it really work? Proves a deployment from outside, through the endpoints that applications use, and says what was seen for each check.

import { randomBytes } from 'node:crypto';
import type { Deployment } from '../desired/deployment.ts';
import type { Snapshot } from '../observed/snapshot.ts';
import type { SecretValues } from '../shared/template.ts';
import type { Target } from '../target/target.ts';
import { type Check, type CheckResult, runCheck } from './check.ts';
import { endpointChecks, removeKeys } from './check-endpoints.ts';
import { loginChecks, rightsChecks } from './check-logins.ts';
import { monitoringChecks } from './check-monitoring.ts';
import { connectChecks } from './check-connect.ts';
import { replicationChecks } from './check-replication.ts';
import { sentinelChecks } from './check-sentinels.ts';
import { Connections, type VerifyContext } from './context.ts';

export interface Verification {
  schema: 1;
  passed: number;
  failed: number;
  checks: CheckResult[];
}

export interface VerifyOptions {
  /** For connecting and for each command; 1500 by default. A check may take twice that. */
  timeoutMs?: number;
}

/** Runs every check that applies, all at once. Writes only keys below `vigie:verify:`, which expire, and removes them. Never rejects because
 *  of what it finds. */
export async function verify(
  deployment: Deployment,
  target: Target,
  secrets: SecretValues,
  observe: () => Promise<Snapshot>,
  options: VerifyOptions = {},
): Promise<Verification> {
  const timeoutMs = options.timeoutMs ?? 1500;
  const connections = new Connections(target, secrets, timeoutMs);
  const context: VerifyContext = {
    deployment,
    target,
    secrets,
    timeoutMs,
    connections,
    snapshot: observe(),
    keyPrefix: `vigie:verify:${randomBytes(8).toString('hex')}`,
  };
  // Whoever awaits it gets its failure; nobody may.
  context.snapshot.catch(() => {});
  try {
    const results = await Promise.all(checksFor(context).map((check) => runCheck(check, secrets, 2 * timeoutMs)));
    await removeKeys(context);
    const count = (result: CheckResult['result']): number => results.filter((check) => check.result === result).length;
    return { schema: 1, passed: count('pass'), failed: count('fail'), checks: results };
  } finally {
    connections.close();
  }
}

/** In the order in which they are shown: what others rest on comes first. */
function checksFor(context: VerifyContext): Check[] {
  return [
    ...connectChecks(context),
    ...loginChecks(context),
    ...rightsChecks(context),
    ...replicationChecks(context),
    ...sentinelChecks(context),
    ...endpointChecks(context),
    ...monitoringChecks(context),
  ];
}
