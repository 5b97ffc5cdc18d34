// Do the times of a topology go together: silence, lease, one attempt of a failover, and how long clients wait?

import { type CheckContext, fastPathDownAfterMs, leastDownAfterMs } from './defaults.ts';
import { type Finding, error, warning } from './problem.ts';
import { type Check, hasSentinels } from './readable.ts';
import { showDuration } from './units.ts';

export const timeChecks: Check[] = [
  watched({ reads: ['sentinel.downAfter'], run: downAfterFindings }),
  watched({ reads: ['sentinel.downAfter', 'lookout.fastPath'], run: fastPathFindings }),
  watched({ reads: ['lookout.lease'], run: shortLease }),
  watched({ reads: ['lookout.lease', 'sentinel.downAfter'], run: longLease }),
  watched({ reads: ['sentinel.failoverTimeout'], run: failoverFindings }),
  watched({ reads: ['proxy.holdFor', 'sentinel.downAfter'], run: holdFindings }),
  { reads: ['proxy'], run: zeroFindings },
  { reads: ['proxy.connectTimeout'], run: connectFindings },
];

/** Counts only where Sentinels watch. */
function watched({ reads, run }: Check): Check {
  return { reads, run: (context) => (hasSentinels(context) ? run(context) : []) };
}

const atDownAfter = ['sentinel', 'downAfter'];

function downAfterFindings({ filled: { sentinel, profile } }: CheckContext): Finding[] {
  const downAfter = showDuration(sentinel.downAfterMs);
  if (sentinel.downAfterMs < leastDownAfterMs) {
    const message = `downAfter ${downAfter} is too short: Sentinel's ping period is 1 s, and below 1250ms a healthy new master is failed over again at once.`;
    return [error(atDownAfter, message, 'write 1250ms or more')];
  }
  if (sentinel.downAfterMs <= 30_000) return [];
  const usual = profile === 'dev' ? '2s' : profile === 'staging' ? '3s' : '5s';
  return [warning(atDownAfter, `A hanging master would be replaced only after ${downAfter}.`, `the default of ${profile} is ${usual}`)];
}

function fastPathFindings({ topology, filled: { sentinel } }: CheckContext): Finding[] {
  const { downAfterMs } = sentinel;
  if (downAfterMs < leastDownAfterMs || downAfterMs >= fastPathDownAfterMs || topology.lookout?.fastPath === false) return [];
  const path = topology.lookout?.fastPath === undefined ? atDownAfter : ['lookout', 'fastPath'];
  const message = `With downAfter ${showDuration(downAfterMs)} the fast path is off: it needs 2s.`;
  return [warning(path, message, 'write downAfter: 2s or more, or fastPath: false')];
}

function shortLease({ filled: { lookout } }: CheckContext): Finding[] {
  if (lookout.leaseMs >= 100) return [];
  const message = `A lease of ${showDuration(lookout.leaseMs)} is too short: the write route would close whenever a Sentinel is a moment late.`;
  return [error(['lookout', 'lease'], message, 'write 400ms, or 100ms at least')];
}

function longLease({ topology, filled: { sentinel, lookout } }: CheckContext): Finding[] {
  const { downAfterMs } = sentinel;
  if (downAfterMs >= 2 * lookout.leaseMs) return [];
  const path = topology.lookout?.lease === undefined ? atDownAfter : ['lookout', 'lease'];
  const message = `downAfter ${showDuration(downAfterMs)} is less than twice the lease of ${showDuration(lookout.leaseMs)}: a proxy that is cut off might close its write route too late.`;
  return [error(path, message, `write a lease of ${showDuration(Math.floor(downAfterMs / 2))} or less`)];
}

function failoverFindings({ filled: { sentinel } }: CheckContext): Finding[] {
  const path = ['sentinel', 'failoverTimeout'];
  const { failoverTimeoutMs } = sentinel;
  if (failoverTimeoutMs <= 2000) {
    const message = `failoverTimeout ${showDuration(failoverTimeoutMs)} is too short: an attempt that goes well takes up to 2 s and would be given up.`;
    return [error(path, message, 'write 3s to 6s')];
  }
  if (failoverTimeoutMs <= 60_000) return [];
  const twice = showDuration(2 * failoverTimeoutMs);
  return [warning(path, `After one failed attempt Sentinel would wait twice the failoverTimeout, ${twice}, before the next.`, 'write 3s to 6s')];
}

function holdFindings({ topology, filled: { proxy, sentinel } }: CheckContext): Finding[] {
  const leastMs = sentinel.downAfterMs + 2000;
  if (topology.proxy === undefined || proxy.holdForMs === 0 || proxy.holdForMs >= leastMs) return [];
  const least = showDuration(leastMs);
  const message = `Clients wait ${showDuration(proxy.holdForMs)}, and a failover after a hang takes up to about ${least}: they would be refused before it ends.`;
  return [warning(['proxy', 'holdFor'], message, `write holdFor: ${least} or more`)];
}

/** A time that cannot be read was left out before, and its default is not zero. */
function zeroFindings({ topology, filled: { proxy } }: CheckContext): Finding[] {
  if (topology.proxy === undefined) return [];
  const zero = (['holdFor', 'clientTimeout', 'connectTimeout'] as const).filter((key) => proxy[`${key}Ms`] === 0);
  return zero.map((key) => error(['proxy', key], `${key} cannot be zero.`, 'write a duration, or leave it out'));
}

function connectFindings({ topology, filled: { proxy } }: CheckContext): Finding[] {
  if (topology.proxy === undefined || proxy.connectTimeoutMs <= 1000) return [];
  return [warning(['proxy', 'connectTimeout'], 'Held clients try again only once in this time, so it adds to every outage.', 'write 20ms to 50ms')];
}
