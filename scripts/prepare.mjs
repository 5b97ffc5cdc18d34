// What must be in place before a script can work: npm's packages and a fresh build. Plain JavaScript without dependencies: it runs first.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Files whose change makes the build stale; tests are not part of it. */
const buildInputs = ['package.json', 'package-lock.json', 'tsconfig.json', 'scripts/build.mjs', 'src'];

/** Runs `npm ci` unless node_modules holds what package-lock.json says. */
export function ensurePackages() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  // The bundler needs 20.19; the built tool itself runs on every Node 20.
  if (major < 20 || (major === 20 && minor < 19)) {
    stop(
      `building Vigie needs Node 20.19 or newer; this is Node ${process.versions.node} (${process.execPath}).`,
      'install a newer Node, then run the command again',
    );
  }
  if (packagesMatchLock()) return;
  say('Installing the npm packages of package-lock.json (npm ci)');
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const done = run([...npm, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], { env: withoutOptionsForUs(process.env) });
  if (done !== 0) {
    stop(
      `npm ci failed (status ${done}) in ${root}; its messages stand above. Without its packages Vigie cannot be built.`,
      'see that the npm registry can be reached (npm ping) and that the disk is not full, then run the same command again',
    );
  }
}

/** Builds unless dist/ was built from exactly these sources. */
export function ensureBuild() {
  if (existsSync(path.join(root, 'dist/main.js')) && readIfThere(path.join(root, 'dist/.inputs')) === buildInputsHash()) return;
  say('Building');
  const done = run([process.execPath, path.join(root, 'scripts/build.mjs'), '--quiet']);
  if (done !== 0) stop('the build failed; its messages stand above.', 'mend what they name, then npm run build');
}

export function buildInputsHash() {
  const hash = createHash('sha256');
  for (const file of buildInputs.flatMap((name) => filesIn(name)).sort()) hash.update(`${file}\0`).update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

/** An environment for a nested npm: `npm start --dry-run --json` is meant for Vigie, and npm would hand it down to `npm ci`. */
export function withoutOptionsForUs(env) {
  const kept = { ...env };
  for (const name of ['dry_run', 'json', 'yes', 'name', 'port_base', 'detach', 'lab']) delete kept[`npm_config_${name}`];
  return kept;
}

/** Runs a program in the foreground; its output goes to stderr, so that stdout stays the tool's own. Returns its exit status. */
export function run([program, ...args], { env = process.env, stdout = 2 } = {}) {
  const done = spawnSync(program, args, { cwd: root, env, stdio: ['inherit', stdout, 2] });
  if (done.error) process.stderr.write(`${program}: ${done.error.message}\n`);
  return done.status ?? 1;
}

export function say(sentence) {
  process.stderr.write(`${sentence}\n`);
}

export function stop(message, next, status = 1) {
  process.stderr.write(`vigie: ${message}\nNext: ${next}\n`);
  process.exit(status);
}

// npm keeps in node_modules/.package-lock.json what it really installed; it is written last, so that an interrupted npm ci shows.
// Packages for other platforms are optional and absent.
function packagesMatchLock() {
  const asked = readPackages('package-lock.json');
  const there = readPackages('node_modules/.package-lock.json');
  if (!asked || !there) return false;
  return Object.entries(asked).every(([name, wanted]) => {
    if (name === '' || !name.startsWith('node_modules/')) return true;
    const found = there[name];
    if (!found) return wanted.optional === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

function readPackages(file) {
  const text = readIfThere(path.join(root, file));
  return text === undefined ? undefined : JSON.parse(text).packages;
}

function readIfThere(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function filesIn(name) {
  const file = path.join(root, name);
  if (!existsSync(file)) return [];
  if (name !== 'src') return [name];
  return readdirSync(file, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
}
