import { describe, expect, test } from 'vitest';
import { loadTopology } from './load.ts';
import { formatProblem } from './problem.ts';

const errors = (text: string) => loadTopology(text, 'vigie.yaml').errors.map(formatProblem);
const good = 'redis: { on: [1, 2, 3] }\nsentinel: { on: [1, 2, 3] }\n';

describe('secrets', () => {
  const next =
    'Next: take it out: Vigie makes strong passwords and keeps them in its state folder; for one of your own write credentials: { USER: { file: PATH } } or { env: NAME }, and change it, for it has been in a file';
  const said = (place: string, what: string) => [`vigie.yaml:${place}: ${what}, and secrets are never written into this file. ${next}`];
  const cases: [string, string, string[]][] = [
    ['a password key', `${good}password: hunter2\n`, said('3:1', 'password is a secret')],
    ['requirepass in redis', 'mode: standalone\nredis: { on: [1], requirepass: hunter2 }\n', said('2:19', 'redis.requirepass is a secret')],
    [
      'masterauth in redis.config',
      'mode: standalone\nredis: { on: [1], config: { masterauth: hunter2 } }\n',
      said('2:29', 'redis.config.masterauth is a secret'),
    ],
    ['auth-pass in sentinel', 'redis: { on: [1, 2, 3] }\nsentinel: { on: [1, 2, 3], auth-pass: hunter2 }\n', said('2:28', 'sentinel.auth-pass is a secret')],
    ['a password as a credential', `${good}credentials: { vigie: hunter2 }\n`, said('3:16', 'credentials.vigie holds a password')],
    ['a password in a credential', `${good}credentials: { vigie: { password: hunter2 } }\n`, said('3:25', 'credentials.vigie.password is a secret')],
  ];
  test.each(cases)('%s', (_, text, expected) => {
    expect(errors(text).filter((line) => line.includes('secret'))).toEqual(expected);
    expect(errors(text).join('\n')).not.toContain('hunter2');
  });

  test('hosts and users may have any name', () => {
    expect(errors('hosts: { secret: {}, password: {} }\nredis: { on: [secret, password, c] }\nsentinel: { on: [a, b, c] }\n')).toEqual([]);
  });
});
