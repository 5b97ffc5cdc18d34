import { expect, it } from 'vitest';
import type { SecretValues } from '../shared/template.ts';
import { parseConfig } from './parse-config.ts';

const secrets: SecretValues = {
  users: () => ['replica'],
  lookup: (user) => (user === 'replica' ? { value: 'the-password-of-replica', sha256: 'aa' } : undefined),
};

it.each([
  ['maxmemory', '67108864', '67108864'],
  ['save', '', ''],
  ['masterauth', 'the-password-of-replica', '{{secret:replica}}'],
  ['masterauth', 'somebody-elses', '***'],
  ['primaryauth', 'somebody-elses', '***'],
  ['requirepass', '', ''],
  ['requirepass', 'old', '***'],
  ['tls-key-file-pass', 'old', '***'],
  ['proc-title-template', 'x the-password-of-replica', 'x {{secret:replica}}'],
])('%s %j is told as %j', (name, value, told) => {
  expect(parseConfig([name, value], secrets)).toEqual({ [name]: told });
});
