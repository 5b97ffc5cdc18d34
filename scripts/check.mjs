// `npm run check`: everything that can be known without running the tool. Each part says its verdict and its time; only the parts
// that fail show what they printed.

import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { ensurePackages, root } from './prepare.mjs';

const script = (name, ...args) => [process.execPath, path.join(root, 'scripts', name), ...args];
const tool = (name, ...args) => [path.join(root, 'node_modules/.bin', name), ...args];

const parts = [
  { name: 'build', command: script('build.mjs') },
  { name: 'types', command: tool('tsc', '-p', '.') },
  { name: 'lint and import directions', command: tool('oxlint', '--type-aware', '--deny-warnings') },
  { name: 'format', command: tool('biome', 'format'), cure: 'npm run format' },
  { name: 'dead code', command: tool('knip', '--no-progress') },
  { name: 'package shape', command: tool('publint', 'run', '--strict', '--pack', 'npm') },
  { name: 'generated files fresh', command: script('generate.mjs', '--check'), cure: 'npm run generate' },
  { name: 'links in the documents', command: script('links.mjs') },
];

ensurePackages();

// The build comes first and alone: the package's shape is that of what was built.
const queue = [...parts];
const failed = [];
const workers = Math.max(1, Math.min(os.availableParallelism(), 4));
await perform(queue.shift());
await Promise.all(Array.from({ length: workers }, work));

if (failed.length > 0) {
  for (const { name, output, cure } of failed) {
    process.stdout.write(`\n--- ${name}\n${output.trimEnd()}\n`);
    if (cure) process.stdout.write(`Next: ${cure}\n`);
  }
}
process.stdout.write(`\n${parts.length - failed.length} of ${parts.length} checks passed\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function work() {
  for (let part = queue.shift(); part; part = queue.shift()) await perform(part);
}

async function perform(part) {
  const started = performance.now();
  const { status, output } = await collect(part.command);
  if (status !== 0) failed.push({ ...part, output });
  const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${seconds} s  ${part.name}\n`);
}

function collect([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.on('error', (error) => resolve({ status: 1, output: `${program}: ${error.message}` }));
    child.on('close', (status) => resolve({ status, output }));
  });
}
