// `vigie connect [write|read|NODE]`: redis-cli, logged in, with no password in its arguments.

import { spawn } from 'node:child_process';
import type { Node } from '../../desired/deployment.ts';
import { VigieError, messageOf } from '../../shared/errors.ts';
import { valueOf } from '../../observed/snapshot.ts';
import type { Io } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { openRelay } from '../relay.ts';
import { type Session, withSession } from '../session.ts';

export async function run([where = 'write', ...command]: string[], options: CommonOptions, io: Io): Promise<number> {
  return withSession(undefined, options, io, async (session) => {
    const { node, port, user } = endpointOf(session, where);
    const password = session.credentials.secret(user);
    if (password === undefined) throw new VigieError('CREDENTIALS_MISSING', `the password of user ${user} is not here`);
    const cli = await clientOf(session);
    const { transport } = session.target.machineOf(node);
    const relay = await openRelay(() => transport.dial(node.address, port, 3000), { user, password });
    if (io.interactive && command.length === 0) io.err(`${where} is ${node.address}:${port}; you are logged in as ${user}`);
    // -e: an error of the server is an error of the command.
    const child = spawn(cli, ['-s', relay.path, ...(command.length > 0 ? ['-e', ...command] : [])], { stdio: 'inherit' });
    const ended = new Promise<number>((resolve, reject) => {
      child.on('error', (error) => reject(new VigieError('PACKAGES_MISSING', `${cli} could not be run: ${messageOf(error)}`)));
      child.on('exit', (code, signal) => resolve(signal === 'SIGINT' ? 130 : (code ?? 1)));
    });
    try {
      return await ended;
    } finally {
      await relay.close();
    }
  });
}

/** Endpoints are entered as the application (`default`), nodes as the operator (`vigie`). */
function endpointOf(session: Session, where: string): { node: Node; port: number; user: string } {
  const { proxies, redis, sentinels, mode, name } = session.deployment;
  const [proxy] = proxies;
  const [first] = redis;
  if (where === 'write' || where === 'read') {
    if (proxy !== undefined) return { node: proxy, port: where === 'write' ? proxy.port : proxy.readPort, user: 'default' };
    if (mode === 'standalone' && first !== undefined) return { node: first, port: first.port, user: 'default' };
    throw new VigieError('USAGE', `${name} has no proxy, so there is no ${where} endpoint`, { next: `vigie connect ${first?.id ?? 'NODE'}` });
  }
  const node = [...redis, ...sentinels].find((candidate) => candidate.id === where || candidate.host === where);
  if (node !== undefined) return { node, port: node.port, user: 'vigie' };
  const ids = [...redis, ...sentinels].map(({ id }) => id);
  throw new VigieError('USAGE', `there is no Redis node or Sentinel ${where}; there are ${ids.join(', ')}`, { next: `vigie connect ${ids[0]}` });
}

async function clientOf(session: Session): Promise<string> {
  const snapshot = await session.observe();
  for (const seen of Object.values(snapshot.machines)) {
    const binaries = valueOf(seen)?.binaries;
    const found = binaries?.[`${session.deployment.engine.kind}-cli`] ?? binaries?.['redis-cli'] ?? binaries?.['valkey-cli'];
    if (found !== undefined) return found.path;
  }
  throw new VigieError('PACKAGES_MISSING', 'redis-cli is not installed on this machine');
}
