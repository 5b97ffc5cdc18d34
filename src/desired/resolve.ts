// From what was written to what is to be: every default filled in, every node with its id, host, address and ports.

import { createHash } from 'node:crypto';
import { checkTopology } from './checks.ts';
import { type Filled, addressOf, filled, hostsInUse } from './defaults.ts';
import type { Deployment, Host, ProxyNode, RedisNode, SentinelNode } from './deployment.ts';
import { type AskedNode, askedNodes, firstMaster } from './nodes.ts';
import { type Recorded, defaultPortBase, localPorts, localRoom } from './ports.ts';
import { type Finding, type Locate, type Problem, error, inOrder, placed } from './problem.ts';
import { namePattern, nameRule } from './schema-fields.ts';
import type { Topology } from './schema.ts';
import { durationMs } from './units.ts';

export interface ResolveOptions {
  name?: string;
  /** First of the hundred ports, target local. Another one than recorded gives every node new ports. */
  portBase?: number;
  /** Rehearses the topology on this machine. */
  target?: 'local';
  /** What the state folder remembers: nodes keep their ports. */
  recorded?: Recorded;
  /** Where things stand in the source, as the loader says it. */
  locate?: Locate;
}

export interface Resolved {
  deployment?: Deployment;
  errors: Problem[];
  warnings: Problem[];
}

/** Checks the topology once more under the options, for they may change what is right; the same problems as the loader's come out. */
export function resolve(topology: Topology, source: Deployment['source'], options: ResolveOptions = {}): Resolved {
  const file = source.file ?? (source.kind === 'embedded' ? 'the embedded topology' : source.kind);
  const overrides = { ...(options.name === undefined ? {} : { name: options.name }), ...(options.target === undefined ? {} : { target: options.target }) };
  const plan = filled(topology, overrides);
  const base = plan.target === 'local' ? (options.portBase ?? topology.portBase ?? options.recorded?.portBase ?? defaultPortBase) : undefined;
  const outside = [...nameProblems(file, options), ...baseProblems(file, options)];
  const nodes = askedNodes(topology);
  const ports = base === undefined ? undefined : localPorts(nodes, base, options.recorded);
  const findings = [...checkTopology(topology, overrides), ...noRoom(nodes, ports)];
  const problems = (level: Finding['level']) =>
    inOrder(findings.filter((finding) => finding.level === level).map((finding) => placed(finding, file, options.locate)));
  const errors = [...outside, ...problems('error')];
  if (errors.length > 0) return { errors, warnings: problems('warning') };
  return { deployment: deploymentOf(topology, source, plan, nodes, base, ports), errors, warnings: problems('warning') };
}

function deploymentOf(
  topology: Topology,
  source: Deployment['source'],
  plan: Filled,
  nodes: AskedNode[],
  portBase?: number,
  local?: Map<string, number[] | undefined>,
): Deployment {
  const of = (node: AskedNode) => ({ id: node.id, host: node.host, address: addressOf(topology, plan.target, node.host) ?? node.host });
  const port = (node: AskedNode, fallback: number) => local?.get(node.id)?.[0] ?? node.port ?? fallback;
  const master = firstMaster(topology);
  const ofRole = (role: AskedNode['role']) => nodes.filter((node) => node.role === role);
  const redis = ofRole('redis').map((node): RedisNode => {
    // Which nodes of a cluster are masters is decided when its slots are dealt out.
    const initialRole = plan.mode === 'cluster' || node.id === master?.id ? 'master' : 'replica';
    return { kind: 'redis', ...of(node), port: port(node, plan.ports.redis), initialRole };
  });
  const sentinels = ofRole('sentinel').map(
    (node): SentinelNode => ({ kind: 'sentinel', ...of(node), port: port(node, plan.ports.sentinel), myid: sentinelId(plan.name, node.id) }),
  );
  const proxies = ofRole('proxy').map((node): ProxyNode => {
    const { write, read, stats, health } = plan.ports;
    const [port = write, readPort = read, statsPort = stats, healthPort = health] = local?.get(node.id) ?? [];
    return { kind: 'proxy', ...of(node), port, readPort, statsPort, healthPort };
  });
  const { vip, drill } = topology;
  const { name, masterName, mode, target, profile, engine, persistence, config, sentinel, proxy, lookout, coldStart } = plan;
  return {
    name,
    masterName,
    mode,
    target,
    profile,
    engine,
    source,
    ...(portBase === undefined ? {} : { portBase }),
    hosts: hostsInUse(topology).map((host) => hostOf(topology, plan, host)),
    redis,
    sentinels,
    proxies,
    persistence,
    config,
    sentinel,
    proxy,
    lookout,
    coldStart,
    credentials: credentialsOf(topology),
    ...(vip === undefined || target === 'local' ? {} : { vip: { address: vip.address, provider: vip.provider ?? 'keepalived' } }),
    ...(drill === undefined ? {} : { drill: drillOf(drill) }),
  };
}

function hostOf(topology: Topology, plan: Filled, name: string): Host {
  const written = topology.hosts?.[name];
  const rehearsal = plan.target === 'local' && topology.target !== 'local' && topology.target !== undefined;
  const address = addressOf(topology, plan.target, name) ?? name;
  const { user, port, key } = written?.ssh ?? {};
  const ssh = { ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }), ...(key === undefined ? {} : { key }) };
  return {
    name,
    address,
    runtime: rehearsal ? 'process' : (written?.runtime ?? plan.runtime),
    ...(written?.zone === undefined ? {} : { zone: String(written.zone) }),
    ...(plan.target !== 'ssh' || Object.keys(ssh).length === 0 ? {} : { ssh }),
  };
}

/** 40 hex digits. The same at every rendering, so that the first sentinel.conf can know its peers. */
function sentinelId(name: string, id: string): string {
  return createHash('sha1').update(`${name}/${id}`).digest('hex');
}

function credentialsOf(topology: Topology): Deployment['credentials'] {
  return Object.fromEntries(Object.entries(topology.credentials ?? {}).filter((entry) => entry[1] !== undefined));
}

function drillOf(drill: NonNullable<Topology['drill']>): NonNullable<Deployment['drill']> {
  const maxOutageMs = drill.maxOutage === undefined ? undefined : durationMs(drill.maxOutage);
  return { ...(maxOutageMs === undefined ? {} : { maxOutageMs }), ...(drill.maxLost === undefined ? {} : { maxLost: drill.maxLost }) };
}

function nameProblems(file: string, { name }: ResolveOptions): Problem[] {
  if (name === undefined || namePattern.test(name)) return [];
  return [{ file, line: 0, column: 0, message: `--name ${JSON.stringify(name)} cannot be a name: ${nameRule}.`, next: 'give another --name' }];
}

function baseProblems(file: string, { portBase }: ResolveOptions): Problem[] {
  if (portBase === undefined || (Number.isInteger(portBase) && portBase >= 1024 && portBase <= 65_436)) return [];
  return [
    {
      file,
      line: 0,
      column: 0,
      message: `--port-base ${portBase} is not a port from 1024 to 65436: a hundred ports begin there.`,
      next: `give --port-base ${defaultPortBase}`,
    },
  ];
}

/** Too many nodes is found by the checks; this is room that nodes which left still hold. */
function noRoom(nodes: AskedNode[], ports: Map<string, number[] | undefined> | undefined): Finding[] {
  if (ports === undefined) return [];
  return nodes
    .filter((node) => ports.get(node.id) === undefined && nodes.filter((other) => other.role === node.role).length <= localRoom[node.role].most)
    .map((node) =>
      error(
        node.path,
        `no port is free for ${node.id}: nodes that were here before hold them.`,
        'use another --port-base, or take the deployment down with vigie down --purge',
      ),
    );
}
