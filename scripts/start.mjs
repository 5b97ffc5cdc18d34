// `npm start`: from a fresh clone to a verified deployment. Installs the npm packages, builds, then becomes `vigie up --install …`
// in this very process, so that signals, terminal and exit code are the tool's own. Plain JavaScript without dependencies.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { ensureBuild, ensurePackages, root } from './prepare.mjs';

// `npm start --detach` without `--` reaches us only as npm_config_detach.
const switches = ['detach', 'yes', 'json', 'dry-run'];
const options = ['name', 'port-base', 'events', 'wait'];

ensurePackages();
ensureBuild();
endWithParents();
const tool = path.join(root, 'bin/vigie');
process.argv = [process.execPath, tool, 'up', '--install', ...argumentsFromNpm(process.env), ...process.argv.slice(2)];
createRequire(import.meta.url)(tool);

function argumentsFromNpm(env) {
  const given = (name) => env[`npm_config_${name.replaceAll('-', '_')}`];
  return [
    ...switches.filter((name) => given(name) === 'true').map((name) => `--${name}`),
    ...options.filter((name) => given(name)).flatMap((name) => [`--${name}`, given(name)]),
  ];
}

// SIGTERM to npm ends npm and its shell and leaves us behind; nobody would ever stop the deployment then. npm stands above a shell,
// which survives a SIGKILL of npm: so the parent's parent is watched too. SIGTERM to ourselves is what Ctrl-C does: the tool takes it down.
function endWithParents() {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const grandparent = parentOf(parent);
  const watch = setInterval(() => {
    if (process.ppid === parent && (grandparent === undefined || parentOf(parent) === grandparent)) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 250);
  watch.unref();
}

/** From /proc; undefined where there is none (macOS), then only the parent is watched. */
function parentOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^PPid:\s*(\d+)/m.exec(status)?.[1]);
  } catch {
    return undefined;
  }
}
