import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { rulesFor } from '../desired/users.ts';
import type { SecretValues } from '../shared/template.ts';
import { parseAcl } from './parse-acl.ts';

const passwords: Record<string, string> = { vigie: 'one', replica: 'two', gate: 'two' };
const secrets: SecretValues = {
  users: () => Object.keys(passwords),
  lookup: (user) => (passwords[user] === undefined ? undefined : { value: passwords[user], sha256: sha256(passwords[user]) }),
};
function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

it.each([
  ['ours', `user vigie on sanitize-payload #${sha256('one')} ~* &* +@all`, { vigie: 'on sanitize-payload #{{sha256:vigie}} ~* &* +@all' }],
  ['of another service user', `user vigie on #${sha256('two')} ~*`, { vigie: 'on #{{sha256:gate}} ~*' }],
  ['its own name where two share one', `user replica on #${sha256('two')} -@all +ping`, { replica: 'on #{{sha256:replica}} -@all +ping' }],
  [
    'a stranger',
    `user app on #${sha256('three')} ~* &* +@all -@dangerous (~x resetchannels -@all +get)`,
    { app: 'on #other ~* &* +@all -@dangerous (~x resetchannels -@all +get)' },
  ],
  ['two passwords', `user vigie on #${sha256('three')} #${sha256('one')} +@all`, { vigie: 'on #other #{{sha256:vigie}} +@all' }],
  ['none', 'user default on nopass ~* &* +@all', { default: 'on nopass ~* &* +@all' }],
  ['not a user line', 'nonsense', {}],
])('%s', (_, line, expected) => {
  expect(parseAcl([line], secrets)).toEqual(expected);
});

it('brings the rules into the order in which they are asked for', () => {
  const printed = `on sanitize-payload #${sha256('two')} resetchannels -@all +replconf +psync +ping`;
  expect(parseAcl([`user replica ${printed}`], secrets)).toEqual({ replica: rulesFor('replica', 'data') });
});
