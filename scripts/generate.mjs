// Runs scripts/generate.ts (schema, reference, sample: all made from the sources). Node 20 runs no TypeScript, so it is bundled first;
// nothing but what generate.ts itself writes is left behind. Arguments are passed on: `--check` compares instead of writing.

import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { build } from 'rolldown';
import { root, run } from './prepare.mjs';

const folder = path.join(root, 'node_modules/.cache/vigie', `generate-${process.pid}`);
mkdirSync(folder, { recursive: true });
try {
  await build({
    cwd: root,
    input: { generate: 'scripts/generate.ts' },
    platform: 'node',
    tsconfig: 'tsconfig.json',
    logLevel: 'warn',
    output: { dir: folder, format: 'esm', entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
  });
  process.exitCode = run([process.execPath, path.join(folder, 'generate.mjs'), ...process.argv.slice(2)], { stdout: 1 });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
