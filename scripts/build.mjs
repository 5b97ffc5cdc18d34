// Builds the tool: src/cli/main.ts and everything it needs become dist/main.js and lazy chunks, so that a command loads only what it uses.
// All packages are bundled in: an installed vigie has no dependencies.

import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { buildInputsHash, root } from './prepare.mjs';

const dist = path.join(root, 'dist');
const quiet = process.argv.includes('--quiet');
const started = performance.now();
const inputsHash = buildInputsHash();

if (process.argv.includes('--clean')) rmSync(dist, { recursive: true, force: true });

const warnings = [];
const output = await bundleAll().catch((error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});

if (warnings.length > 0) {
  process.stderr.write(`${warnings.join('\n')}\nThe build has warnings: a package would be missing after npm pack.\n`);
  process.exit(1);
}

// The entry comes last and by rename: whoever starts vigie meanwhile gets the old tool or the new one, never a half.
const chunks = output.filter((file) => file.type === 'chunk');
for (const file of chunks.filter((chunk) => !chunk.isEntry)) write(file.fileName, file.code);
write('THIRD-PARTY-LICENSES.txt', licences(chunks));
for (const file of chunks.filter((chunk) => chunk.isEntry)) write(file.fileName, file.code);
removeOldChunks(new Set(chunks.map((chunk) => chunk.fileName)));
write('.inputs', inputsHash);

if (!quiet) {
  const entry = chunks.find((chunk) => chunk.isEntry);
  const total = chunks.reduce((sum, chunk) => sum + chunk.code.length, 0);
  process.stdout.write(
    `dist/main.js ${kilobytes(entry.code.length)} and ${chunks.length - 1} chunks, together ${kilobytes(total)}, built in ${Math.round(performance.now() - started)} ms\n`,
  );
}

async function bundleAll() {
  const bundle = await rolldown({
    cwd: root,
    input: { main: 'src/cli/main.ts' },
    platform: 'node',
    tsconfig: 'tsconfig.json',
    onLog: (level, log) => level === 'warn' && warnings.push(log.message),
  });
  const made = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
    // Names stay readable in stack traces; only spaces and comments go.
    minify: { mangle: false, compress: false, codegen: { removeWhitespace: true } },
  });
  await bundle.close();
  return made.output;
}

function write(name, text) {
  const file = path.join(dist, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

// A vigie that runs in the foreground loads some chunks only at its end: those of the last day stay until `--clean` (npm pack).
function removeOldChunks(current) {
  const folder = path.join(dist, 'chunks');
  if (chunks.length < 2) return;
  for (const name of readdirSync(folder)) {
    if (!current.has(`chunks/${name}`) && Date.now() - statSync(path.join(folder, name)).mtimeMs > 24 * 3600_000) rmSync(path.join(folder, name));
  }
}

/** The licence texts of all packages in the bundle, which their terms ask for. */
function licences(bundled) {
  const folders = new Set();
  for (const id of bundled.flatMap((chunk) => chunk.moduleIds)) {
    const found = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id.replace(/^\0/, ''));
    if (found) folders.add(found[0]);
  }
  return [...folders]
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      return `${name} ${version} (${license})\n\n${file ? readFileSync(path.join(folder, file), 'utf8').trim() : ''}\n`;
    })
    .sort()
    .join(`\n${'-'.repeat(80)}\n\n`);
}

function kilobytes(bytes) {
  return `${Math.round(bytes / 1024)} kB`;
}
