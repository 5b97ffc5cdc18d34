// What stands in front of the boot gate's program, and how nodes are run: text only; test/scenario/gate.test.ts starts it for real.

import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { exampleDeployment } from '../harness/example.ts';
import type { Deployment, ProxyNode, RedisNode } from '../../src/desired/deployment.ts';
import { homeProgram } from '../../src/render/gate-companion.ts';
import { renderGate } from '../../src/render/gate.ts';
import { serviceOf } from '../../src/render/service.ts';

const deployment = exampleDeployment({ portBase: 26200 });
const node = deployment.redis[0] as RedisNode;

function gate(changes: Partial<Deployment> = {}, dir = '/srv/vigie/redis-1'): string {
  return renderGate({ ...deployment, ...changes }, node, dir)[0]?.text ?? '';
}

describe('renderGate', () => {
  test('knows the Sentinels, the peers and the majority of all configured', () => {
    expect(gate().split('\n').slice(2, 16)).toEqual([
      'id=redis-1',
      'dir=/srv/vigie/redis-1',
      'mode=sentinel',
      'master_name=example',
      'address=127.0.0.1',
      'port=26210',
      "sentinels='127.0.0.1/26230 127.0.0.1/26231 127.0.0.1/26232'",
      'all=3',
      'needed=2',
      "peers='127.0.0.1/26211 127.0.0.1/26212'",
      'persistence=aof',
      'priority=100',
      'server=redis-server',
      'cli=redis-cli',
    ]);
    expect(gate({ engine: { kind: 'valkey', install: 'package' } })).toContain('server=valkey-server\ncli=valkey-cli\n');
  });

  test('holds no secret; its password lies in a file of its own', () => {
    const [program, auth] = renderGate(deployment, node, '/srv');
    expect(program).toMatchObject({ path: 'gate.sh', mode: 0o700, ownership: 'owned' });
    expect(program?.text).not.toContain('{{');
    expect(auth).toEqual({ path: 'gate.auth', mode: 0o600, ownership: 'owned', text: '{{secret:gate}}\n' });
  });

  test.each(['sh', 'bash --posix'])('is a program for %s, whatever the directory is called', (shell) => {
    const [program = 'sh', ...options] = shell.split(' ');
    for (const dir of ['/srv/a', '/srv/it\'s $(here) `now`; "x" \\ \n&']) execFileSync(program, [...options, '-n'], { input: gate({}, dir) });
    expect(gate({}, "/it's $(x)")).toContain("dir='/it'\\''s $(x)'\n");
  });

  test.each(['sh', 'bash --posix'])('reads paths as Redis writes them, under %s', (shell) => {
    const [program = 'sh', ...options] = shell.split(' ');
    const words = {
      '/srv/a b': '/srv/a b',
      '"/srv/plain"': '/srv/plain',
      "'/srv/by hand'": '/srv/by hand',
      [String.raw`"/s \"q\" \\x41 $(x) \xc3\xa9\xe2\x82\xac1"`]: String.raw`/s "q" \x41 $(x) é€1`,
      '"/srv/é"': '/srv/é',
      '""': '',
    };
    for (const [value, path] of Object.entries(words)) {
      const script = `${homeProgram}\nIFS= read -r value\nunquote\nprintf %s "$value"`;
      expect(execFileSync(program, [...options, '-c', script], { input: `${value}\n`, encoding: 'utf8' })).toBe(path);
    }
  });

  test('expands nothing of TypeScript and leaves no trailing space', () => {
    expect(gate()).not.toMatch(/undefined|\[object| $/m);
  });
});

describe('serviceOf', () => {
  test('a Redis node runs its gate; Sentinel and HAProxy run as themselves', () => {
    const [redis, sentinel, proxy] = [node, deployment.sentinels[0], deployment.proxies[0]].map((one) => one && serviceOf(deployment, one, '/srv/n'));
    expect(redis).toMatchObject({
      id: 'redis-1',
      dir: '/srv/n',
      command: ['sh', 'gate.sh'],
      log: 'service.log',
      files: ['redis.conf', 'users.acl', 'gate.sh', 'gate.auth'],
      privateDirs: [],
    });
    expect(sentinel?.command).toEqual(['redis-server', 'sentinel.conf', '--sentinel']);
    expect(proxy).toMatchObject({ command: ['haproxy', '-W', '-f', 'haproxy.cfg'], privateDirs: [] });
  });

  test('a proxy whose path is too long for a socket needs a private folder', () => {
    const service = serviceOf(deployment, deployment.proxies[0] as ProxyNode, `/srv/${'x'.repeat(100)}`);
    expect(service.privateDirs).toEqual([expect.stringMatching(/^\/tmp\/vigie-[0-9a-f]{16}$/)]);
  });
});
