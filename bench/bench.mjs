// `npm run bench`: how long the tool takes, as medians, and against a plain shell script in the same run. Prints a table; judges nothing.

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const vigie = join(here, '..', 'bin', 'vigie');
const rounds = Number(process.argv[2] ?? 7);
const run = promisify(execFile);
const rows = [];

const work = mkdtempSync(join(tmpdir(), 'vigie-bench-'));
// Each process writes the most memory that it ever held when it ends.
const meter = join(work, 'meter.mjs');
writeFileSync(
  meter,
  `import { appendFileSync } from 'node:fs'; process.on('exit', () => appendFileSync(process.env.VIGIE_BENCH_RSS, process.resourceUsage().maxRSS + '\\n'));`,
);
const rssFile = join(work, 'rss');

try {
  await main();
} finally {
  await tool(['down', '--yes', '--name', 'bench']).catch(() => undefined);
  rmSync(work, { recursive: true, force: true });
}

async function main() {
  const up = [];
  const baseline = [];
  for (let round = 0; round < rounds; round++) {
    up.push(await timed(() => tool(['up', '--detach', '--name', 'bench', '--port-base', '27000'])));
    await tool(['down', '--purge', '--confirm', 'bench', '--name', 'bench']);
    baseline.push(await plainScript());
  }
  row('vigie up --detach, nothing to verified', up, 'at most 2000 ms');
  row('the same stack by a plain shell script', baseline, '');
  rows.push(['ratio of the two medians', (median(up) / median(baseline)).toFixed(2), '', 'at most 1.2']);
  await tool(['up', '--detach', '--name', 'bench', '--port-base', '27000']);
  row('vigie apply, nothing to do', await series(['apply', '--yes', '--name', 'bench']), 'at most 400 ms');
  row('vigie status --json', await series(['status', '--json', '--name', 'bench']), 'at most 350 ms');
  row('vigie verify', await series(['verify', '--name', 'bench']), '');
  row('vigie --help', await series(['--help']), 'at most 120 ms');
  row('node -e 0, for comparison', await many(() => run(process.execPath, ['-e', '0'])), '');
  for (const args of [
    ['apply', '--yes', '--name', 'bench'],
    ['status', '--json', '--name', 'bench'],
    ['verify', '--name', 'bench'],
    ['down', '--yes', '--name', 'bench'],
    ['up', '--detach', '--name', 'bench'],
  ])
    await metered(args);
  const peaks = readFileSync(rssFile, 'utf8').trim().split('\n').map(Number);
  rows.push(['peak memory of any command above', `${Math.round(Math.max(...peaks) / 1024)} MB`, '', 'below 150 MB']);
  console.log(`${rounds} rounds on this machine; medians (smallest to largest)`);
  for (const [what, value, range, aim] of rows) console.log(`${what.padEnd(42)} ${value.padStart(9)}  ${range.padEnd(18)} ${aim}`);
}

/** With the meter, which costs time: for memory only. `--import`, not NODE_OPTIONS: what the tool starts is not measured. */
function metered(args) {
  return run(process.execPath, ['--import', meter, vigie, ...args], options());
}

function tool(args) {
  return run(process.execPath, [vigie, ...args], options());
}

function options() {
  return { cwd: work, env: { ...process.env, VIGIE_HOME: join(work, 'home'), VIGIE_BENCH_RSS: rssFile, NO_COLOR: '1' } };
}

async function plainScript() {
  const rendered = join(work, 'rendered');
  rmSync(rendered, { recursive: true, force: true });
  await tool(['init', '--yes', '--name', 'plain', '--out', 'plain.yaml']);
  await tool(['render', 'plain.yaml', '--out', rendered, '--port-base', '27100']);
  for (const node of readdirSync(rendered)) {
    for (const file of readdirSync(join(rendered, node))) {
      const path = join(rendered, node, file);
      writeFileSync(path, readFileSync(path, 'utf8').replaceAll(join(work, 'home', 'plain', 'nodes'), rendered));
    }
  }
  const started = performance.now();
  const child = spawn('sh', [join(here, 'baseline.sh'), rendered, 'bench-password-0123456789', '27100', 'plain'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.on('exit', resolve));
  await new Promise((resolve, reject) => {
    const deadline = setTimeout(() => reject(new Error('the plain script did not get ready within 60 s')), 60_000);
    child.stdout.on('data', () => {
      clearTimeout(deadline);
      resolve();
    });
  });
  const took = performance.now() - started;
  child.kill('SIGTERM');
  await exited;
  return took;
}

function series(args) {
  return many(() => tool(args));
}

async function many(act) {
  const took = [];
  for (let round = 0; round < rounds * 2; round++) took.push(await timed(act));
  return took;
}

async function timed(act) {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

function row(what, took, aim) {
  const sorted = [...took].sort((a, b) => a - b);
  rows.push([what, `${Math.round(median(took))} ms`, `(${Math.round(sorted[0])} to ${Math.round(sorted.at(-1))})`, aim]);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
