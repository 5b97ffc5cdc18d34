// The boot gate of a Redis node: the program that every runtime starts instead of redis-server, and the password it asks with.
// It becomes the server (exec) once it knows that nobody's data is overwritten by it (law 2; PROTOCOL 6, 7, 21).

import { type Deployment, type RedisNode, majority } from '../desired/deployment.ts';
import { paths } from '../desired/paths.ts';
import { shellQuote } from '../shared/shell.ts';
import { secretMark } from '../shared/template.ts';
import type { RenderedFile } from './file.ts';
import { gateProgram } from './gate-program.ts';

/** gate.sh holds no secret; gate.auth is the password of the user `gate`, one line. `dir` is the node's absolute directory there. */
export function renderGate(deployment: Deployment, node: RedisNode, dir: string): RenderedFile[] {
  return [
    { path: paths.gate, mode: 0o700, text: `${head(deployment, node, dir)}\n${gateProgram}`, ownership: 'owned' },
    { path: paths.gateAuth, mode: 0o600, text: `${secretMark('gate')}\n`, ownership: 'owned' },
  ];
}

function head(deployment: Deployment, node: RedisNode, dir: string): string {
  const { kind } = deployment.engine;
  const values: Record<string, string> = {
    id: node.id,
    dir,
    mode: deployment.mode,
    master_name: deployment.masterName,
    address: node.address,
    port: String(node.port),
    sentinels: deployment.sentinels.map(endpoint).join(' '),
    all: String(deployment.sentinels.length),
    needed: String(majority(deployment)),
    peers: deployment.redis
      .filter((other) => other.id !== node.id)
      .map(endpoint)
      .join(' '),
    persistence: deployment.persistence,
    priority: deployment.config['replica-priority'] ?? '100',
    server: `${kind}-server`,
    cli: `${kind}-cli`,
  };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${shellQuote(value)}`);
  return [
    '#!/bin/sh',
    '# The boot gate: started in place of Redis, it asks before it becomes Redis. Written by vigie; changed by vigie apply.',
    ...lines,
    '',
  ].join('\n');
}

function endpoint({ address, port }: { address: string; port: number }): string {
  return `${address}/${port}`;
}
