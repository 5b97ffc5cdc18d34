// `npm test` and `npm run test:soak`: puts in place what the tests need (npm packages, build, Redis and HAProxy through the tool's own
// installer), then runs vitest once. Arguments are passed on to vitest (file filters, -t); ours: --lab, --soak, --yes.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureBuild, ensurePackages, root, run } from './prepare.mjs';

const ours = new Set(['--lab', '--soak', '--yes']);
const args = process.argv.slice(2).filter((argument) => !ours.has(argument));
const asked = (name) => process.argv.includes(`--${name}`) || process.env[`npm_config_${name}`] === 'true';

ensurePackages();
ensureBuild();

const installed = run([process.execPath, path.join(root, 'bin/vigie'), 'install-packages', ...(asked('yes') ? ['--yes'] : [])]);
if (installed !== 0) process.exit(installed);

// Lab and browser tests boot hosts and need root and time: only where they are wanted.
const heavy = ['lab', 'browser'].filter((name) => existsSync(path.join(root, 'test', name)));
const withHeavy = process.env.CI === 'true' || asked('lab');
const projects = asked('soak') ? ['soak'] : ['unit', 'scenario', ...(withHeavy ? heavy : [])];
const leftOut = asked('soak') || withHeavy ? [] : heavy;

const reporters = args.some((argument) => argument.startsWith('--reporter')) ? ['--reporter', './test/harness/reporter.ts'] : [];
process.exitCode = run(
  [process.execPath, path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...projects.flatMap((name) => ['--project', name]), ...reporters, ...args],
  { stdout: 1, env: { ...process.env, VIGIE_TESTS_LEFT_OUT: leftOut.join(' and ') } },
);
