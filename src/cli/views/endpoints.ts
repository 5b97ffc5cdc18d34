// Where applications connect, for people: the two endpoints first, then what a Sentinel-aware client needs.

import { type Endpoint, type Endpoints, joined } from '../../observed/endpoints.ts';
import { type ViewOptions, painter } from './paint.ts';
import { table } from './table.ts';

export function endpointsView(endpoints: Endpoints, { colour, width }: ViewOptions): string {
  const paint = painter(colour);
  const { masterName, write, read, sentinels, nodes, proxies, user, passwordFile, sentinelUser, sentinelPasswordFile, tls } = endpoints;
  const at = (endpoint: Endpoint | null): string =>
    endpoint === null ? paint('yellow', '? (nobody can say who is master: vigie status)') : paint('bold', joined(endpoint));
  const file = (path: string | null): string => path ?? '(not in a file)';
  const rows = [
    ['write', at(write)],
    ['read', at(read)],
    ['user', user],
    ['password', file(passwordFile)],
    ['TLS', tls ? 'yes' : 'no'],
    ...(proxies.length > 1 ? proxies.map((proxy) => [proxy.id, `write ${joined(proxy.write)}, read ${joined(proxy.read)}`]) : []),
    ...(sentinels.length > 0
      ? [
          ['Sentinels', sentinels.map(joined).join(', ')],
          ['master name', masterName],
          ['their user', sentinelUser ?? ''],
          ['its password', file(sentinelPasswordFile)],
        ]
      : []),
    ...nodes.map((node) => [node.id, `${joined(node)}  ${node.role}`]),
  ];
  return [
    table(
      rows.map(([name = '', value = '']) => [paint('dim', name), value]),
      { width },
    ),
    '',
    'next: vigie endpoints --format env',
  ].join('\n');
}
