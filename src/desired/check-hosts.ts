// Do the nodes fit on the hosts: names, addresses, ports, and what is lost with one host or zone?

import { closest } from './nearest.ts';
import { type CheckContext, addressOf, hostsInUse } from './defaults.ts';
import { type AskedNode, askedNodes, firstMaster } from './nodes.ts';
import { localRoom } from './ports.ts';
import { type Finding, type Path, error, warning } from './problem.ts';
import { type Check, readable, readableNodes } from './readable.ts';
import { isIp } from './schema-fields.ts';

export const hostChecks: Check[] = [
  { reads: [], run: sameId },
  { reads: ['target'], run: onlyLocal(localRoomFindings) },
  { reads: ['target', 'portBase'], run: onlyLocal(unusedOnLocal) },
  { reads: ['target', 'hosts'], run: onHosts(undefinedHosts) },
  { reads: ['target'], run: onHosts(addresses) },
  { reads: ['target'], run: onHosts(samePort) },
  { reads: ['target', 'mode', 'redis.on.*', 'redis.master', 'sentinel.on.*', 'hosts.*'], run: onHosts(together) },
  { reads: ['target', 'mode', 'redis.on.*', 'sentinel.on.*', 'sentinel.downAfter', 'lookout.fastPath'], run: onHosts(noWitness) },
  { reads: ['hosts', 'redis.on.*', 'sentinel.on.*', 'proxy.on.*'], run: unusedHosts },
];

function onlyLocal(run: Check['run']): Check['run'] {
  return (context) => (context.filled.target === 'local' ? run(context) : []);
}

function onHosts(run: Check['run']): Check['run'] {
  return (context) => (context.filled.target === 'local' ? [] : run(context));
}

function sameId(context: CheckContext): Finding[] {
  const seen = new Map<string, AskedNode>();
  return readableNodes(context).flatMap((node) => {
    // Ids name folders, and some file systems do not tell small from capital letters.
    const first = seen.get(node.id.toLowerCase());
    if (first === undefined) {
      seen.set(node.id.toLowerCase(), node);
      return [];
    }
    if (first.host === node.host) {
      const next = node.role === 'proxy' ? 'name each host once' : 'name each host once, or write {host, port} where it carries several';
      return [error(node.path, `${node.host} is named twice in ${node.role}.on, so two nodes would be ${node.id}.`, next)];
    }
    return [error(node.path, `hosts ${first.host} and ${node.host} would both carry ${node.id}.`, 'rename one of the hosts')];
  });
}

function undefinedHosts(context: CheckContext): Finding[] {
  const { topology, filled, broken } = context;
  // One that cannot be read is defined all the same.
  const wrong = broken.flatMap(([key, name]) => (key === 'hosts' && name !== undefined ? [String(name)] : []));
  const defined = [...Object.keys(topology.hosts ?? {}), ...wrong];
  // Compose and Kubernetes need no machines: a name is then a service of its own.
  if (filled.target !== 'ssh' && defined.length === 0) return [];
  return readableNodes(context)
    .filter((node) => !defined.includes(node.host))
    .map((node) => {
      // redis-02 is no typing error for redis-01.
      const meant = closest(
        node.host,
        defined.filter((name) => name.replaceAll(/\d/g, '') !== node.host.replaceAll(/\d/g, '')),
      );
      return error(
        node.path,
        `host ${node.host} is not defined in hosts.`,
        meant === undefined ? `add hosts: { ${node.host}: { address: … } }` : `did you mean ${meant}?`,
      );
    });
}

function addresses(context: CheckContext): Finding[] {
  const used = [...new Set(readableNodes(context).map((node) => node.host))];
  return Object.entries(context.topology.hosts ?? {}).flatMap(([name, host]) => {
    const path: Path = ['hosts', name, 'address'];
    const isBroken = context.broken.some(([key, of, part]) => key === 'hosts' && of === name && part === 'address');
    if (context.filled.target !== 'ssh' || !used.includes(name) || isBroken) return [];
    if (host.address === undefined) return [error(['hosts', name], `host ${name} has no address, and target ssh needs one.`, 'write address: IP', 'key')];
    if (!isIp(host.address))
      return [error(path, `the address of ${name} is not an IP address: a DNS answer that hangs would stop the Sentinels.`, 'write the IP address')];
    if (/^(0\.|127\.|::1?$)/.test(host.address) && used.length > 1) {
      return [error(path, `${host.address} means another machine to each host.`, 'write the address at which the other hosts reach it')];
    }
    return [];
  });
}

function samePort(context: CheckContext): Finding[] {
  const { topology, filled } = context;
  const taken = new Map<string, string>();
  return readableNodes(context).flatMap((node) => {
    const address = addressOf(topology, filled.target, node.host) ?? node.host;
    const known = portsOf(node, filled.ports, filled.mode === 'cluster').filter(({ key }) => key === undefined || readable(context, `${node.role}.${key}`));
    return known.flatMap(({ port, what, key }) => {
      if (port > 65_535)
        return [error(['redis', 'port'], `the cluster bus of ${node.id} would listen on ${port}, which is no port.`, 'write a port below 55536')];
      const other = taken.get(`${address} ${port}`);
      taken.set(`${address} ${port}`, other ?? what);
      if (other === undefined) return [];
      const path: Path = key === undefined ? node.path : [node.role, key];
      const cure = node.role === 'proxy' && key === 'write' ? 'write proxy.write: 6380, or use another host' : 'write another port, or use another host';
      return [error(path, `${what} and ${other} would both listen on ${address} port ${port}.`, cure)];
    });
  });
}

interface PortUse {
  port: number;
  what: string;
  key?: string;
}

function portsOf(node: AskedNode, ports: CheckContext['filled']['ports'], bus: boolean): PortUse[] {
  if (node.role === 'proxy') return (['write', 'read', 'stats', 'health'] as const).map((key) => ({ port: ports[key], what: `${key} of ${node.id}`, key }));
  const port = node.port ?? ports[node.role];
  const own: PortUse = { port, what: node.id, ...(node.port === undefined ? { key: 'port' } : {}) };
  return bus ? [own, { ...own, port: port + 10_000, what: `the cluster bus of ${node.id}` }] : [own];
}

/** What goes together when one host or one zone goes. */
function together({ topology, filled: { target, mode } }: CheckContext): Finding[] {
  const master = firstMaster(topology);
  if (master === undefined || mode === 'cluster') return [];
  const nodes = askedNodes(topology);
  const replicas = nodes.filter((node) => node.role === 'redis' && node.id !== master.id);
  const at = (node: AskedNode) => addressOf(topology, target, node.host) ?? node.host;
  const beside = replicas.filter((node) => at(node) === at(master));
  const found = beside.map((node) =>
    warning(node.path, `${node.id} would stand beside its master ${master.id} on one host, and be lost with it.`, 'put it on another host'),
  );
  const zoneOf = (node: AskedNode) => topology.hosts?.[node.host]?.zone;
  const zone = zoneOf(master);
  if (zone === undefined) return found;
  if (replicas.length > 0 && beside.length === 0 && replicas.every((node) => zoneOf(node) === zone)) {
    found.push(warning(['redis', 'on'], `the master and all replicas are in zone ${zone}, and lost with it.`, 'put a replica into another zone'));
  }
  const sentinels = nodes.filter((node) => node.role === 'sentinel');
  const here = sentinels.filter((node) => zoneOf(node) === zone).length;
  if (sentinels.length > 1 && here > sentinels.length / 2) {
    found.push(
      warning(
        ['sentinel', 'on'],
        `${here} of ${sentinels.length} Sentinels are in zone ${zone} with the master: if it goes, nobody is left to decide.`,
        'spread them over three zones',
      ),
    );
  }
  return found;
}

/** Only where the fast path was asked for: it is off by itself while the master has no Sentinel beside it (PROTOCOL 12). */
function noWitness({ topology, filled: { mode, lookout } }: CheckContext): Finding[] {
  if (mode !== 'sentinel' || topology.lookout?.fastPath !== true || !lookout.fastPath) return [];
  const nodes = askedNodes(topology);
  const watched = new Set(nodes.filter((node) => node.role === 'sentinel').map((node) => node.host));
  const alone = [...new Set(nodes.filter((node) => node.role === 'redis' && !watched.has(node.host)).map((node) => node.host))];
  if (alone.length === 0) return [];
  const message = `no Sentinel stands on ${alone.join(', ')}: while the master is there, nobody can witness its death and the fast path is off.`;
  return [warning(['lookout', 'fastPath'], message, 'put a Sentinel on each host of redis.on')];
}

function unusedHosts({ topology, rehearsal }: CheckContext): Finding[] {
  const used = hostsInUse(topology);
  if (rehearsal) return [];
  return Object.keys(topology.hosts ?? {})
    .filter((name) => !used.includes(name))
    .map((name) => warning(['hosts', name], `host ${name} carries nothing.`, 'name it in an `on` list, or take it out', 'key'));
}

function localRoomFindings({ topology }: CheckContext): Finding[] {
  const nodes = askedNodes(topology);
  return (Object.keys(localRoom) as (keyof typeof localRoom)[]).flatMap((role) => {
    const count = nodes.filter((node) => node.role === role).length;
    const { most } = localRoom[role];
    return count <= most
      ? []
      : [
          error(
            [role, 'on'],
            `${count} nodes of the kind ${role} do not fit into the hundred ports of a local deployment; ${most} do.`,
            `name at most ${most}`,
          ),
        ];
  });
}

/** A local deployment has its ports from the base and its address from the machine: what says otherwise is not used. */
function unusedOnLocal({ topology, rehearsal }: CheckContext): Finding[] {
  const found: Finding[] = [];
  if (topology.vip !== undefined) found.push(warning(['vip'], 'a floating address is not used with target local.', 'take it out, or write target: ssh', 'key'));
  if (rehearsal) return found;
  const remote = Object.entries(topology.hosts ?? {}).find(([, host]) => host.address !== undefined && !/^(127\.|::1$|localhost$)/.test(host.address));
  if (remote) {
    const path: Path = ['hosts', remote[0], 'address'];
    found.push(
      warning(path, 'addresses are not used with target local: everything runs on 127.0.0.1 of this machine.', 'write target: ssh, or take the addresses out'),
    );
  }
  const { redis, sentinel, proxy } = topology;
  const written = {
    redis: { port: redis.port },
    sentinel: { port: sentinel?.port },
    proxy: { write: proxy?.write, read: proxy?.read, stats: proxy?.stats, health: proxy?.health },
  };
  const ports = Object.entries(written).flatMap(([section, keys]) =>
    Object.entries(keys).flatMap(([key, port]) => (port === undefined ? [] : [[section, key]])),
  );
  const first = ports[0];
  if (first) found.push(warning(first, 'ports are not used with target local: they are counted from portBase.', 'take them out, or write portBase'));
  return found;
}
