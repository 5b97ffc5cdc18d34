// That a node gets exactly its files, each 0600 (the gate 0700), without one password in them.

import { expect, test } from 'vitest';
import { exampleDeployment } from '../../test/harness/example.ts';
import { allNodes } from '../desired/deployment.ts';
import { filesOf, paths, socketPathOf } from '../desired/paths.ts';
import { renderNode } from './node.ts';

const deployment = exampleDeployment({ portBase: 6400 });

test.each(allNodes(deployment).map((node) => [node.id, node] as const))('%s', (_, node) => {
  const files = renderNode(deployment, node, `/srv/${node.id}`);
  expect(files.map((file) => file.path).sort()).toEqual([...filesOf(node)].sort());
  for (const file of files) {
    expect(file.mode).toBe(file.path === paths.gate ? 0o700 : 0o600);
    expect(file.text.endsWith('\n') || file.path === paths.gateAuth).toBe(true);
  }
  const seeds = files.filter((file) => file.ownership === 'seed').map((file) => file.path);
  expect(seeds).toEqual(files.map((file) => file.path).filter((path) => /^(redis\.conf|sentinel\.conf|users\.acl)$/.test(path)));
  expect(renderNode(deployment, node, `/srv/${node.id}`)).toEqual(files);
});

test('users.acl holds hashes only', () => {
  const files = allNodes(deployment).flatMap((node) => renderNode(deployment, node, '/d'));
  const acls = files.filter((file) => file.path === paths.usersAcl);
  expect(acls).toHaveLength(6);
  expect(acls.filter((file) => file.text.includes('{{secret:') || !file.text.includes('{{sha256:'))).toEqual([]);
});

test('a relative directory is a defect, not a file', () => {
  for (const node of allNodes(deployment)) expect(() => renderNode(deployment, node, 'here')).toThrow(/not absolute/);
});

test('the socket of a proxy lies where HAProxy can bind it', () => {
  expect(socketPathOf('/srv/a b')).toBe('/srv/a b/admin.sock');
  for (const dir of ['/srv/$HOME', '/srv/a,b', "/srv/it's", `/${'x'.repeat(100)}`])
    expect(socketPathOf(dir)).toMatch(/^\/tmp\/vigie-[0-9a-f]{16}\/admin\.sock$/);
});
