// The reference pages, made from the schema and from the profiles' data: what is documented is what is read.

import { durationExamples, sizeExamples } from './units.ts';
import type { Profile } from './deployment.ts';
import { type ProfileDefaults, type SettingContext, defaultReasons, profileDefaults, profiles, settings } from './profiles.ts';
import { topologySchema } from './schema.ts';
import { type KeyText, allKeys } from './schema-walk.ts';
import type { DefaultText } from './schema-fields.ts';
import { durationMs, sizeBytes } from './units.ts';

const made = '<!-- Made by `npm run generate` from src/desired; edits here are lost. -->';

export function topologyPage(): string {
  const keys = allKeys(topologySchema);
  const top = keys.filter(({ key }) => !key.includes('.'));
  const plain = top.filter(({ section }) => !section);
  const sections = top.filter(({ section }) => section);
  return `${made}

# vigie.yaml: every key

One file says what should run. Only \`redis.on\` has to be there; everything else has a default, some of them by \`profile\`
(see [the profiles](profiles.md)). Unknown keys are errors. A [commented sample](../sample/vigie.yaml) is what \`vigie init\` writes.

- **Durations** are a number and a unit: ${durationExamples}. **Sizes** likewise, as Redis reads them (kb is 1024 bytes, k is 1000): ${sizeExamples}. The unit is never left out.
- **Names** of hosts may be digits: \`on: [1, 2, 3]\`. Text and numbers need no quotes.
- **Secrets** are never written into this file; \`credentials\` says where they come from.
- Editors complete and check the file by its first line, \`# yaml-language-server: $schema=…/schema/vigie.schema.json\`.

## Top level

${table([...plain, ...sections.map((key) => ({ ...key, description: `${key.description} See [${key.key}](#${key.key.toLowerCase()}).` }))], 0)}
${sections.map((section) => sectionText(section, keys)).join('\n')}`;
}

function sectionText(section: KeyText, keys: KeyText[]): string {
  const below = keys.filter(({ key }) => key.startsWith(`${section.key}.`));
  return `## ${section.key}

${section.description}

${table(below, section.key.length + 1)}`;
}

function table(keys: KeyText[], drop: number): string {
  const rows = keys.map(({ key, type, required, description, examples, section, ...rest }) => {
    const example = examples.length > 0 ? ` For example ${examples.map((one) => `\`${shown(one)}\``).join(', ')}.` : '';
    const fallback = required ? 'required' : section ? '' : defaultCell(rest.default);
    return `| \`${key.slice(drop)}\` | ${cell(type)} | ${cell(fallback)} | ${cell(description + example)} |\n`;
  });
  return `| key | type | default | meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

function defaultCell(text: DefaultText | undefined): string {
  if (text === undefined) return 'none';
  if (typeof text === 'string') return text;
  return new Set(Object.values(text)).size === 1 ? text.dev : profiles.map((profile) => `${profile} \`${text[profile]}\``).join(', ');
}

export function profilesPage(): string {
  const head = `| ${profiles.join(' | ')} | why |\n|---|${'---|'.repeat(profiles.length + 1)}\n`;
  const defaults = (Object.keys(defaultReasons) as (keyof ProfileDefaults)[]).map(
    (key) => `| \`${topologyKeys[key]}\` | ${profiles.map((profile) => `\`${profileDefaults[profile][key]}\``).join(' | ')} | ${cell(defaultReasons[key])} |\n`,
  );
  const rows = settings.map(({ directive, value, why }) => {
    const values = profiles.map((profile) => {
      const text = value(contextOf(profile, directive === 'cluster-node-timeout'));
      return text === undefined ? '' : `\`${text === '' ? "''" : text}\``;
    });
    return `| \`${directive}\` | ${values.join(' | ')} | ${cell(why)} |\n`;
  });
  return `${made}

# The profiles

A profile is a set of defaults; each can be set in [vigie.yaml](topology.md). Security never varies by profile: logins, least rights
and file modes are the same everywhere.

## Keys of vigie.yaml

| key ${head}${defaults.join('')}
## Directives of redis.conf

For a master with two replicas, in the form in which \`CONFIG GET\` answers them (bytes, yes/no). \`redis.config\` sets any of them, in
the form of redis.conf (\`256mb\`). What is not listed has the server's own default.

| directive ${head}${rows.join('')}`;
}

const topologyKeys: Record<keyof ProfileDefaults, string> = {
  persistence: 'redis.persistence',
  maxmemory: 'redis.maxmemory',
  downAfter: 'sentinel.downAfter',
  failoverTimeout: 'sentinel.failoverTimeout',
  maxConnections: 'proxy.maxConnections',
  nodeTimeout: 'cluster.nodeTimeout',
};

function contextOf(profile: Profile, cluster: boolean): SettingContext {
  const { persistence, maxmemory, nodeTimeout } = profileDefaults[profile];
  return {
    profile,
    mode: cluster ? 'cluster' : 'sentinel',
    persistence,
    maxmemoryBytes: sizeBytes(maxmemory) ?? 0,
    replicas: 2,
    nodeTimeoutMs: durationMs(nodeTimeout) ?? 0,
  };
}

function shown(example: unknown): string {
  if (Array.isArray(example)) return `[${example.join(', ')}]`;
  if (typeof example !== 'object' || example === null) return String(example);
  return `{ ${Object.entries(example)
    .map(([key, value]) => `${key}: ${String(value).includes(' ') ? `'${String(value)}'` : String(value)}`)
    .join(', ')} }`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
