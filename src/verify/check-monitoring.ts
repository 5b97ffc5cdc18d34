// Monitoring: HAProxy tells its metrics, and the exporter's user can read what it needs and nothing else.

import type { ProxyNode } from '../desired/deployment.ts';
import { messageOf } from '../shared/errors.ts';
import { type Check, Failed } from './check.ts';
import type { VerifyContext } from './context.ts';
import { exchange } from './dialogue.ts';

export function monitoringChecks(context: VerifyContext): Check[] {
  const { deployment } = context;
  return [
    ...deployment.proxies.map((proxy) => ({ id: `metrics/${proxy.id}`, title: `${proxy.id} tells its metrics`, run: () => metrics(context, proxy) })),
    ...[...deployment.redis, ...deployment.sentinels].map((node) => ({
      id: `exporter/${node.id}`,
      title: `an exporter can read ${node.id}`,
      run: async () => {
        const redis = await context.connections.node(node, 'exporter');
        const info = String(await redis.call('INFO'));
        if (!/^(redis|valkey)_version:/m.test(info)) throw new Failed('INFO gave no version');
        return `user exporter reads ${info.split('\n').filter((line) => line.includes(':')).length} values of INFO`;
      },
    })),
  ];
}

async function metrics({ target, timeoutMs }: VerifyContext, proxy: ProxyNode): Promise<string> {
  const where = `http://${proxy.address}:${proxy.statsPort}/metrics`;
  const stream = await target
    .machineOf(proxy)
    .transport.dial(proxy.address, proxy.statsPort, timeoutMs)
    .catch((error: unknown) => {
      throw new Failed(`${where}: ${messageOf(error)}`);
    });
  // Only what is asked for here: all of it is large where there are many servers.
  const answer = await exchange(stream, 'GET /metrics?scope=global&scope=backend HTTP/1.0\r\n\r\n', timeoutMs);
  const [status = ''] = answer.split('\r\n', 1);
  if (!/^HTTP\/1\.[01] 200\b/.test(status)) throw new Failed(`${where} answered «${status}»`);
  const samples = answer.split('\n').filter((line) => /^haproxy_\w+[ {]/.test(line)).length;
  if (!/^haproxy_process_uptime_seconds /m.test(answer) || !/^haproxy_backend_\w+\{proxy="write"/m.test(answer))
    throw new Failed(`${where} gave no metrics of HAProxy`);
  return `${where} gives ${samples} samples of process and backends`;
}
