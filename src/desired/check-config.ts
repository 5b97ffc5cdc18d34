// Is every directive of `redis.config` one that may be set there, with a value that Redis takes and that makes sense here?

import { directiveName, refusedDirective } from './directives.ts';
import type { CheckContext } from './defaults.ts';
import { closest } from './nearest.ts';
import { configText, knownDirectives, normalValue } from './parameters.ts';
import { type Finding, type Path, error, warning } from './problem.ts';
import { type Check, readable } from './readable.ts';
import { isSecretKey } from './secrets.ts';
import { show } from './schema-fields.ts';

export const configChecks: Check[] = [{ reads: ['redis.config'], run: configFindings }];

function configFindings(context: CheckContext): Finding[] {
  const config = context.topology.redis.config ?? {};
  const seen = new Map<string, string>();
  const found = Object.entries(config).flatMap(([written, raw]) => {
    const path: Path = ['redis', 'config', written];
    // Found by the search for secrets already.
    if (isSecretKey(path)) return [];
    const directive = directiveName(written);
    const first = seen.get(directive);
    seen.set(directive, written);
    if (first !== undefined) return [error(path, `${written} and ${first} are the same directive.`, 'write it once', 'key')];
    return directiveFindings(context, directive, configText(raw), path);
  });
  const wrong = new Set(found.filter(({ level }) => level === 'error').map(({ path }) => directiveName(String(path.at(-1)))));
  return [...found, ...senseFindings(context, wrong)];
}

function directiveFindings({ topology: { redis } }: CheckContext, directive: string, text: string, path: Path): Finding[] {
  if (!/^[a-z][a-z0-9_-]*$/.test(directive))
    return [error(path, `${show(directive)} is not the name of a directive.`, 'write one directive a line, name: value', 'key')];
  const refused = refusedDirective(directive, text);
  if (refused) return [error(path, `${directive} cannot be set in redis.config: ${refused.why}.`, refused.next, 'key')];
  if (directive === 'maxmemory' && redis.maxmemory !== undefined) return [error(path, 'maxmemory is set twice.', 'keep redis.maxmemory', 'key')];
  const normal = normalValue(directive, text);
  if ('wrong' in normal) {
    const meant = normal.choices && closest(text, normal.choices);
    return [error(path, `${directive}: ${show(text)} ${normal.wrong}.`, meant === undefined ? 'write it as redis.conf does' : `did you mean ${meant}?`)];
  }
  if (knownDirectives.includes(directive)) return [];
  const meant = closest(directive, knownDirectives);
  const known = meant === undefined ? 'check its spelling; a server that does not know it is refused before anything starts' : `did you mean ${meant}?`;
  return [warning(path, `${directive} is not a directive of Redis 7.0.`, known, 'key')];
}

/** Values that are right in themselves and wrong in this deployment. */
function senseFindings(context: CheckContext, wrong: ReadonlySet<string>): Finding[] {
  const { topology, filled } = context;
  const sense: [directive: string, reads: string[], judge: (value: string, filled: CheckContext['filled'], path: Path) => Finding[]][] = [
    ['min-replicas-to-write', ['mode', 'redis.on'], minReplicas],
    ['repl-diskless-sync-delay', [], disklessDelay],
    ['replica-priority', ['mode'], priority],
    ['save', ['redis.persistence'], savePoints],
  ];
  const written = Object.keys(topology.redis.config ?? {});
  return sense.flatMap(([directive, reads, judge]) => {
    const asked = written.find((name) => directiveName(name) === directive);
    if (asked === undefined || wrong.has(directive) || !reads.every((read) => readable(context, read))) return [];
    return judge(filled.config[directive] ?? '', filled, ['redis', 'config', asked]);
  });
}

function minReplicas(value: string, { mode, replicas }: CheckContext['filled'], path: Path): Finding[] {
  if (mode === 'cluster') return [];
  const atLeast = Number(value);
  const count = `min-replicas-to-write ${atLeast} with ${replicas} replica${replicas === 1 ? '' : 's'}`;
  if (atLeast > replicas) return [error(path, `${count}: no write would ever be accepted.`, `write ${replicas >= 2 ? 1 : 0}`)];
  if (atLeast === 0 && replicas >= 2) {
    const message = 'min-replicas-to-write 0: a master that is cut off goes on accepting writes that will be lost.';
    return [warning(path, message, 'leave it out, or keep it for a cache')];
  }
  if (atLeast === 0 || atLeast < replicas) return [];
  return [warning(path, `${count}: one lost replica stops all writes.`, `write ${atLeast - 1}, or add a replica`)];
}

function disklessDelay(value: string, _: CheckContext['filled'], path: Path): Finding[] {
  if (Number(value) >= 5) return [];
  return [warning(path, 'Below 5 seconds, a master that came back empty can empty its replicas before it is noticed.', 'leave it out')];
}

function priority(value: string, { mode }: CheckContext['filled'], path: Path): Finding[] {
  if (Number(value) !== 0 || mode !== 'sentinel') return [];
  return [error(path, 'replica-priority 0 on every node: nobody could ever be promoted.', 'leave it out')];
}

function savePoints(value: string, { persistence }: CheckContext['filled'], path: Path): Finding[] {
  const snapshots = persistence === 'rdb' || persistence === 'both';
  if (value !== '' && !snapshots) return [error(path, `save points with persistence ${persistence}.`, 'set redis.persistence: rdb or both')];
  if (value !== '' || !snapshots) return [];
  return [error(path, `no save points with persistence ${persistence}.`, `set redis.persistence: ${persistence === 'both' ? 'aof' : 'none'}`)];
}
