// Writes every file that is made from the sources: the JSON Schema, the reference pages, a page for each code, the sample. `--check` compares instead and
// exits 1 when one is stale. Run by `npm run generate`, which bundles it first.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { profilesPage, topologyPage } from '../src/desired/reference.ts';
import { sampleYaml } from '../src/desired/sample.ts';
import { topologyJsonSchema } from '../src/desired/schema.ts';
import type { CodeText } from '../src/shared/code-text.ts';
import { codes } from '../src/shared/codes.ts';
import { diagnosisCodes } from '../src/shared/diagnosis-codes.ts';

/** Text by path, relative to the root of the project. */
export function generate(): Record<string, string> {
  return {
    'schema/vigie.schema.json': `${JSON.stringify(topologyJsonSchema(), null, 2)}\n`,
    'docs/reference/topology.md': topologyPage(),
    'docs/reference/profiles.md': profilesPage(),
    'docs/sample/vigie.yaml': sampleYaml(),
    'docs/codes/README.md': codesTable(),
    ...Object.fromEntries(Object.entries(codes).map(([code, text]) => [`docs/codes/${code}.md`, codePage(code, text)])),
  };
}

const madeFrom = '<!-- Made by `npm run generate` from src/shared/codes.ts and diagnosis-codes.ts; edits here are lost. -->';

/** The page of one code: the words of `vigie explain CODE`. */
function codePage(code: string, { title, exit, explanation, next }: CodeText): string {
  const kind = Object.hasOwn(diagnosisCodes, code) ? 'a diagnosis of a running deployment' : 'an error or a refusal';
  return `${madeFrom}\n\n# ${code}\n\n**${title}.** This is ${kind}; exit code ${exit}.\n\n${explanation}\n\nWhat to do, where the message has nothing more precise: ${next}.\n\n[All codes](README.md)\n`;
}

/** All codes in two tables: what can be wrong with a running deployment, and why a command did not do what it was asked. */
function codesTable(): string {
  const isDiagnosis = (code: string): boolean => Object.hasOwn(diagnosisCodes, code);
  const table = (wanted: boolean): string => {
    const rows = Object.entries(codes).filter(([code]) => isDiagnosis(code) === wanted);
    return [
      '| code | what it means | exit |',
      '|---|---|---|',
      ...rows.map(([code, { title, exit }]) => `| [${code}](${code}.md) | ${title} | ${exit} |`),
    ].join('\n');
  };
  return `${madeFrom}\n\n# Codes\n\nEvery message of Vigie carries one of these; \`vigie explain CODE\` prints its page. What the exit codes mean is told in
[concepts](../concepts.md#exit-codes).\n\n## Diagnoses\n\nWhat \`vigie status\` finds wrong with a running deployment.\n\n${table(true)}\n\n## Errors and refusals\n\nWhy a command did not do what it was asked.\n\n${table(false)}\n`;
}

function main(check: boolean): void {
  const stale = Object.entries(generate()).filter(([file, text]) => textOf(file) !== text);
  for (const [file, text] of stale) {
    if (check) {
      process.stdout.write(`${file} is stale\n`);
    } else {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
      process.stdout.write(`${file} written\n`);
    }
  }
  process.exitCode = check && stale.length > 0 ? 1 : 0;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

const started = process.argv[1];
if (started !== undefined && import.meta.url === pathToFileURL(path.resolve(started)).href) main(process.argv.includes('--check'));
