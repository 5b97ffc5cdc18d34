// `vigie init`: writes a commented vigie.yaml, from a few answers or from an inventory.

import { existsSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { SampleAnswers } from '../../desired/sample.ts';
import { VigieError } from '../../shared/errors.ts';
import { agreed } from '../consent.ts';
import { shellQuote } from '../../shared/shell.ts';
import { type Io, writing } from '../io.ts';
import type { CommonOptions } from '../options.ts';
import { invalid, readTopology, warn } from '../session.ts';

export async function run(_: string[], options: CommonOptions, io: Io): Promise<number> {
  const out = options.out ?? 'vigie.yaml';
  const text = options.from === undefined ? await fromAnswers(options, io) : await fromInventory(options.from, options, io);
  if (existsSync(out) && !(await agreed(`${out} exists. Replace it?`, io, options))) throw new VigieError('DECLINED', `declined; ${out} is as it was`);
  writing(out, () => writeFileSync(out, text, { mode: 0o644 }));
  // An inventory names hosts, which this version rehearses on this machine.
  const how = `${out === 'vigie.yaml' ? '' : ` -f ${shellQuote(out)}`}${options.from === undefined ? '' : ' --target local'}`;
  if (io.json) io.document({ schema: 1, file: out });
  else io.out(`${out} written\nthen: vigie plan${how}\n      vigie up${how}`);
  return 0;
}

async function fromInventory(file: string, options: CommonOptions, io: Io): Promise<string> {
  const { loadSource } = await import('../../desired/source.ts');
  const { toYaml } = await import('../../desired/to-yaml.ts');
  const loaded = loadSource(readTopology(file), file, {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.inventoryEnv === undefined ? {} : { env: options.inventoryEnv }),
    ...(options.pool === undefined ? {} : { pool: options.pool }),
    ...(options.via === undefined ? {} : { via: options.via }),
  });
  warn(loaded.warnings, io);
  if (loaded.topology === undefined) throw invalid(loaded.errors, file);
  return toYaml(loaded.topology, `From ${file}.`, schemaPath());
}

/** The schema that came with this tool, for editors: beside dist/, from which this chunk was loaded. */
function schemaPath(): string | undefined {
  return ['../schema', '../../schema'].map((folder) => fileURLToPath(new URL(`${folder}/vigie.schema.json`, import.meta.url))).find((path) => existsSync(path));
}

/** Asks on a terminal what no flag answered; elsewhere, and with --yes, the defaults answer. */
async function fromAnswers(options: CommonOptions, io: Io): Promise<string> {
  const { sampleYaml } = await import('../../desired/sample.ts');
  const given = {
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.mode === undefined ? {} : { mode: options.mode as NonNullable<SampleAnswers['mode']> }),
    ...(options.profile === undefined ? {} : { profile: options.profile as NonNullable<SampleAnswers['profile']> }),
  };
  return sampleYaml(io.interactive && options.yes !== true ? { ...given, ...(await ask(given)) } : given, schemaPath());
}

async function ask(given: SampleAnswers): Promise<SampleAnswers> {
  const { group, select, text } = await import('@clack/prompts');
  const onCancel = (): never => {
    throw new VigieError('INTERRUPTED', 'interrupted at a question; nothing was written');
  };
  const answers = await group(
    {
      name: () =>
        given.name === undefined
          ? text({ message: 'Name of the deployment, and of its master for the Sentinels', initialValue: 'vigie', output: process.stderr })
          : Promise.resolve(given.name),
      mode: () =>
        given.mode === undefined
          ? select({
              message: 'What to deploy',
              options: [
                { value: 'sentinel' as const, label: 'sentinel', hint: 'a master, replicas, Sentinels that fail over, HAProxy' },
                { value: 'replication' as const, label: 'replication', hint: 'a master and replicas; people fail over' },
                { value: 'standalone' as const, label: 'standalone', hint: 'one Redis' },
              ],
              output: process.stderr,
            })
          : Promise.resolve(given.mode),
      profile: () =>
        given.profile === undefined
          ? select({
              message: 'Defaults for',
              options: [{ value: 'dev' as const }, { value: 'staging' as const }, { value: 'production' as const }],
              output: process.stderr,
            })
          : Promise.resolve(given.profile),
    },
    { onCancel },
  );
  return answers;
}
