import { describe, expect, test } from 'vitest';
import { embeddedTopology } from './embedded.ts';
import { loadTopology } from './load.ts';
import { profiles } from './profiles.ts';
import { resolve } from './resolve.ts';
import { sampleYaml } from './sample.ts';
import { loadSource } from './source.ts';
import { toYaml } from './to-yaml.ts';

const modes = ['standalone', 'replication', 'sentinel'] as const;

describe('the sample', () => {
  test.each(modes.flatMap((mode) => profiles.map((profile) => ({ mode, profile }))))('$mode, $profile: no error, no warning', (answers) => {
    expect(loadSource(sampleYaml(answers), 'vigie.yaml')).toMatchObject({ errors: [], warnings: [], deployment: answers });
  });

  test.each(['007', 'true', 'a-b.c', 'kb'])('the name %s stays text', (name) => expect(loadTopology(sampleYaml({ name }), 'f').topology?.name).toBe(name));

  test('what is commented out is right too', () => {
    const text = sampleYaml()
      .split('\n')
      .map((line) => (/^(\s*)# ?( *)([a-zA-Z0-9-]+:.*)$/.exec(line) && !line.includes('language-server') ? line.replace(/# ?/, '') : line))
      .join('\n')
      .replace('target: local', 'target: ssh')
      .replaceAll('[1, 2, 3]', '[redis-01, redis-02, redis-03]')
      .replace('on: [1]', 'on: [redis-01]')
      .replace('write: 6379', 'write: 6380')
      .replace('portBase', '# portBase');
    expect(loadSource(text, 'vigie.yaml')).toMatchObject({ errors: [], warnings: [], deployment: { config: { 'maxmemory-policy': 'allkeys-lfu' } } });
  });
});

describe('the line for editors', () => {
  const first = (text: string) => text.split('\n')[0];
  test.each([
    ['/usr/lib/node_modules/vigie/schema/vigie.schema.json', '/usr/lib/node_modules/vigie/schema/vigie.schema.json'],
    ['/home/a b/é/vigie.schema.json', 'file:///home/a%20b/%C3%A9/vigie.schema.json'],
    [undefined, './node_modules/vigie/schema/vigie.schema.json'],
  ])('%s', (schema, written) => {
    expect(first(sampleYaml({}, schema))).toBe(`# yaml-language-server: $schema=${written}`);
    expect(first(toYaml(embeddedTopology, 'x', schema))).toBe(`# yaml-language-server: $schema=${written}`);
    expect(loadTopology(sampleYaml({}, schema), 'f').errors).toEqual([]);
  });

  test('no page is named that the package does not hold', () => expect(sampleYaml()).not.toMatch(/docs\/|\.md/));
});

test('the embedded topology, written out, is the same deployment', () => {
  const written = loadTopology(toYaml(embeddedTopology), 'vigie.yaml');
  expect(written).toMatchObject({ errors: [], warnings: [] });
  const source = { kind: 'embedded' } as const;
  expect(resolve(written.topology ?? { redis: { on: ['x'] } }, source)).toEqual(resolve(embeddedTopology, source));
});

describe('a source is known by name or content', () => {
  const yaml = 'mode: standalone\nredis: { on: [1] }\n';
  const tsv = 'ENV\tHOSTNAME\tIP_PRIVEE\tROLE\tSUBROLE\nprod\tr\t10.0.0.1\tredis\tmaster\n';
  test.each([
    ['vigie.yaml', yaml, 'vigie.yaml'],
    ['prod.yml', yaml, 'vigie.yaml'],
    ['t.json', '{"mode": "standalone", "redis": {"on": ["1"]}}', 'vigie.yaml'],
    ['topology', yaml, 'vigie.yaml'],
    ['servers.tsv', tsv, 'servers.tsv'],
    ['inventory.txt', tsv, 'servers.tsv'],
  ])('%s', (file, text, kind) => expect(loadSource(text, file)).toMatchObject({ errors: [], deployment: { source: { kind, file } } }));

  test.each([
    ['hosts.ini', '[redis]\nredis-01 ansible_host=10.0.0.1\n'],
    ['empty', ''],
    ['photo.png', '\u0089PNG\u0000'],
  ])('%s is neither', (file, text) => {
    expect(loadSource(text, file)).toEqual({
      errors: [
        {
          file,
          line: 1,
          column: 1,
          message: 'this is neither a vigie.yaml nor a servers.tsv.',
          next: 'give one of the two with -f, or write one with vigie init',
        },
      ],
      warnings: [],
    });
  });

  test('a rehearsal of hosts', () => {
    expect(loadSource(tsv, 'servers.tsv', { target: 'local', portBase: 7000 })).toMatchObject({
      errors: [],
      deployment: { target: 'local', redis: [{ address: '127.0.0.1', port: 7010 }] },
    });
  });
});
