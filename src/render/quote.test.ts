// That hostile words stay words: each syntax is read back by the program that owns it.

import { spawnSync } from 'node:child_process';
import { assert, property, string } from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { bench, readIfThere, until } from '../../test/harness/rendered.ts';
import { haproxyAddress, haproxyWord, plainName, redisWord } from './quote.ts';

const b = bench();
afterAll(() => b.end());

const hostile = [
  'a b',
  'a"b',
  "a'b",
  'a\\b',
  '$(touch x)',
  '`x`',
  '${HOME}',
  '# no comment',
  '%f',
  'é ü',
  '\\x41\\n',
  '"',
  "'",
  ';',
  '*',
  ' lead',
  'trail ',
  '{x}',
  '',
];

test('Redis reads every hostile word back as it was', () => {
  // A log file may have any name: the file that each start writes before it gives up is the answer.
  for (const [index, word] of hostile.entries()) {
    const file = `log ${word}`;
    const conf = b.write(`w${index}.conf`, `port 0\ndir ${redisWord(b.root)}\nlogfile ${redisWord(file)}\nunixsocket ${redisWord(`${b.root}/missing/s`)}\n`);
    const ran = spawnSync('redis-server', [conf], { timeout: 10_000 });
    expect({ word, status: ran.status, log: readIfThere(`${b.root}/${file}`) }).toMatchObject({
      word,
      status: 1,
      log: expect.stringContaining('Failed opening Unix socket'),
    });
  }
});

test('HAProxy reads every hostile word back as it was', async () => {
  const port = 26193;
  const rules = hostile.map(
    (word, index) => `  http-request return status 200 content-type text/plain string ${haproxyWord(`<${word}>`)} if { path /${index} }\n`,
  );
  const timeouts = '  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n';
  const cfg = b.write('h.cfg', `defaults\n  mode http\n${timeouts}frontend f\n  bind ${haproxyAddress('127.0.0.1', port)}\n${rules.join('')}`);
  b.start('haproxy', ['-W', '-f', cfg]);
  await until(async () => (await fetch(`http://127.0.0.1:${port}/0`)).ok);
  for (const [index, word] of hostile.entries()) {
    expect(await (await fetch(`http://127.0.0.1:${port}/${index}`)).text()).toBe(`<${word}>`);
  }
}, 20_000);

test('control characters, and marks that would be filled with a password, are refused', () => {
  for (const quote of [redisWord, haproxyWord]) {
    for (const bad of ['a\nb', 'a\0b', 'a\rb', '\u007f', '{{secret:vigie}}', 'x{{sha256:default}}'])
      expect(() => quote(bad)).toThrow(/cannot be written|names a secret/);
  }
});

test('quoted text is one line, and never opens something that it does not close', () => {
  assert(
    property(string({ unit: 'binary' }), (text) => {
      let word: string;
      try {
        word = redisWord(text);
      } catch {
        return;
      }
      expect(word).toMatch(/^(?:[A-Za-z0-9._:/@%+,=~-]+|"(?:[^"\\\n\r]|\\["\\])*")$/);
    }),
  );
});

test('names without quotes are plain', () => {
  expect(plainName('Node id', 'redis-redis_01.a')).toBe('redis-redis_01.a');
  for (const bad of ['', 'a b', 'a"', '$x', '-a', 'é', 'a#b', 'a\n']) expect(() => plainName('Node id', bad)).toThrow(/cannot stand/);
  expect(haproxyAddress('fd00::1', 6379)).toBe('[fd00::1]:6379');
  expect(() => haproxyAddress('1.2.3.4 disabled', 1)).toThrow(/cannot be an address/);
});
