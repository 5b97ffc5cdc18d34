// Sentinels: they agree on one master at one epoch, each could take part in a failover, and applications find the master through each.

import { sentinelDiagnoses } from '../observed/diagnose-sentinels.ts';
import { distinctNamings, listed, nameAt } from '../observed/namings.ts';
import { type Snapshot, valueOf } from '../observed/snapshot.ts';
import { type Check, Failed } from './check.ts';
import { masterOf } from './check-replication.ts';
import type { VerifyContext } from './context.ts';

export function sentinelChecks(context: VerifyContext): Check[] {
  const { deployment } = context;
  if (deployment.sentinels.length === 0) return [];
  return [
    { id: 'sentinels/agree', title: 'all Sentinels name one master at one epoch', run: async () => agree(context, await context.snapshot) },
    ...deployment.sentinels.map(({ id }) => ({
      id: `sentinel/${id}`,
      title: `${id} could take part in a failover`,
      run: async () => fit(context, await context.snapshot, id),
    })),
    ...deployment.sentinels.map((node) => ({
      id: `discovery/${node.id}`,
      title: `applications find the master through ${node.id}`,
      run: async () => {
        const sentinel = await context.connections.node(node, 'default');
        const answer = await sentinel.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', deployment.masterName);
        if (!Array.isArray(answer)) throw new Failed(`${node.id} does not know ${deployment.masterName}`);
        const named = nameAt(deployment, String(answer[0]), Number(answer[1]));
        const { master } = masterOf(context, await context.snapshot);
        if (named !== master) throw new Failed(`${node.id} gives ${named}, but ${master} is the master`);
        return `${node.id} gives ${answer.join(':')}, which is ${master}`;
      },
    })),
  ];
}

function agree({ deployment }: VerifyContext, snapshot: Snapshot): string {
  const opinions = distinctNamings(deployment, snapshot);
  const told = opinions.map(({ master, epoch, by }) => `${listed(by)} ${by.length === 1 ? 'names' : 'name'} ${master} (epoch ${epoch})`);
  const silent = deployment.sentinels.filter((node) => valueOf(snapshot.sentinels[node.id])?.master === undefined).map((node) => node.id);
  const [first] = opinions;
  if (first === undefined || opinions.length > 1 || silent.length > 0)
    throw new Failed([...told, ...(silent.length > 0 ? [`nothing from ${listed(silent)}`] : [])].join('; '));
  return `${first.by.length} of ${deployment.sentinels.length} name ${first.master} at epoch ${first.epoch}`;
}

function fit(context: VerifyContext, snapshot: Snapshot, id: string): string {
  const { deployment } = context;
  const facts = valueOf(snapshot.sentinels[id]);
  // Whether they agree is another check; here it is about this one alone.
  const wrong = sentinelDiagnoses(deployment, snapshot, { master: undefined, why: '' }).filter(
    ({ nodes, code }) => nodes.join() === id && code !== 'SENTINELS_DISAGREE' && code !== 'NO_QUORUM',
  );
  const said = wrong.map(({ sentence }) => sentence);
  if (facts !== undefined && !facts.quorumCheck.startsWith('OK')) said.push(`${id} says ${facts.quorumCheck}`);
  if (said.length > 0) throw new Failed(said.join('; '));
  return `knows ${facts?.peers.length} other Sentinels and ${facts?.replicas.length} replicas; ${facts?.quorumCheck}`;
}
