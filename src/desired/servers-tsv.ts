// Reads servers.tsv, an inventory with all servers of a company in it: finds ours (ROLE redis, and lb internal-haproxy), tolerates
// everything about the others, and makes a topology for hosts over SSH of them.

import { checkTopology } from './checks.ts';
import type { Overrides } from './defaults.ts';
import { type Finding, type Loaded, type Locate, type Problem, inOrder, placed } from './problem.ts';
import { isIp, namePattern, nameRule, show } from './schema-fields.ts';
import type { Topology } from './schema.ts';
import { type Table, type TsvRow, readTable } from './tsv-table.ts';

export interface TsvOptions extends Overrides {
  /** The ENV whose rows are ours; `prod` unless given. */
  env?: string;
  /** The POOL whose rows are ours; all of them unless given. */
  pool?: string;
  /** Which addresses the servers use among themselves. */
  via?: 'private' | 'public';
}

export interface LoadedTsv extends Loaded {
  /** What stands in the file, for the next command to type. */
  environments: string[];
  pools: string[];
}

/** Never throws. With any error there is no topology. */
export function loadServersTsv(text: string, file: string, options: TsvOptions = {}): LoadedTsv {
  const { env = 'prod', via = 'private' } = options;
  const addressColumn = via === 'public' ? 'IP_PUBLIQUE' : 'IP_PRIVEE';
  const table = readTable(text, ['ENV', 'HOSTNAME', addressColumn, 'ROLE', 'SUBROLE']);
  if ('missing' in table) return { errors: [headerProblem(file, table)], warnings: [], environments: [], pools: [] };

  const ours = table.rows.filter((row) => kindOf(row) !== undefined);
  const environments = distinct(ours.map((row) => row.text('ENV')));
  const here = ours.filter((row) => same(row.text('ENV'), env));
  const pools = distinct(here.filter((row) => kindOf(row) !== 'proxy').map((row) => row.text('POOL')));
  const say = (row: TsvRow, column: string, message: string, next: string): Problem => ({ file, ...row.at(column), message, next });

  const { rows, warnings } = inPool(here, options.pool, say);
  const redis = rows.filter((row) => kindOf(row) !== 'proxy');
  const errors = [...rowErrors(rows, addressColumn, say), ...masterErrors({ table, redis, env, environments, pools, pool: options.pool, file, say })];
  for (const row of table.rows) {
    const odd = same(row.text('ROLE'), 'redis') && same(row.text('ENV'), env) && kindOf(row) === undefined;
    if (odd)
      warnings.push(
        say(
          row,
          'SUBROLE',
          `${show(row.text('SUBROLE'))} is not a SUBROLE of redis that Vigie knows; the row is left out.`,
          'write master or replica, if it is ours',
        ),
      );
  }
  if (errors.length > 0) return { errors: inOrder(errors), warnings: inOrder(warnings), environments, pools };

  const topology = topologyOf(rows, addressColumn, options);
  const locate = locator(topology, rows, table.header);
  const findings = checkTopology(topology, options);
  const place = (level: Finding['level']) => findings.filter((finding) => finding.level === level).map((finding) => placed(finding, file, locate));
  const found = { errors: inOrder(place('error')), warnings: inOrder([...warnings, ...place('warning')]), environments, pools, locate };
  return found.errors.length > 0 ? found : { topology, ...found };
}

type Say = (row: TsvRow, column: string, message: string, next: string) => Problem;

function kindOf(row: TsvRow): 'master' | 'replica' | 'proxy' | undefined {
  const [role, subrole] = [row.text('ROLE').toLowerCase(), row.text('SUBROLE').toLowerCase()];
  if (role === 'redis' && subrole === 'master') return 'master';
  if (role === 'redis' && (subrole === 'replica' || subrole === 'slave')) return 'replica';
  return role === 'lb' && subrole === 'internal-haproxy' ? 'proxy' : undefined;
}

/** Proxies often stand in a pool of their own, or in none: then they serve every pool. */
function inPool(rows: TsvRow[], pool: string | undefined, say: Say): { rows: TsvRow[]; warnings: Problem[] } {
  if (pool === undefined) return { rows, warnings: [] };
  const redis = rows.filter((row) => kindOf(row) !== 'proxy' && same(row.text('POOL'), pool));
  const proxies = rows.filter((row) => kindOf(row) === 'proxy');
  const own = proxies.filter((row) => same(row.text('POOL'), pool));
  const shared = own.length === 0 ? proxies : [];
  const warnings = shared
    .slice(0, 1)
    .map((row) =>
      say(
        row,
        'POOL',
        `no internal-haproxy is in pool ${show(pool)}: all of this environment are taken.`,
        `write the pool into the POOL column, and leave the others out`,
      ),
    );
  return { rows: rows.filter((row) => redis.includes(row) || own.includes(row) || shared.includes(row)), warnings };
}

function rowErrors(rows: TsvRow[], addressColumn: string, say: Say): Problem[] {
  const names = new Map<string, TsvRow>();
  const addresses = new Map<string, TsvRow>();
  return rows.flatMap((row) => {
    const errors: Problem[] = [];
    const [name, address, user] = [row.text('HOSTNAME'), row.text(addressColumn), row.text('USER_SSH')];
    if (name === '') errors.push(say(row, 'HOSTNAME', 'the row has no HOSTNAME.', 'write the name of the server'));
    else if (!namePattern.test(name)) errors.push(say(row, 'HOSTNAME', `${show(name)} cannot be the name of a host: ${nameRule}.`, 'mend the name'));
    const twin = names.get(name.toLowerCase());
    if (name !== '' && twin) errors.push(say(row, 'HOSTNAME', `${name} stands in line ${twin.line} already.`, 'give each server a name of its own'));
    if (address === '') errors.push(say(row, addressColumn, `${show(name)} has no ${addressColumn}.`, 'write the IP address of the server'));
    else if (!isIp(address)) errors.push(say(row, addressColumn, `${show(address)} is not an IP address.`, 'write the IP address of the server'));
    const neighbour = addresses.get(address);
    if (address !== '' && neighbour)
      errors.push(
        say(
          row,
          addressColumn,
          `${address} is the address of ${neighbour.text('HOSTNAME')} in line ${neighbour.line} already.`,
          'give each server an address of its own',
        ),
      );
    if (!blank(user) && !namePattern.test(user)) errors.push(say(row, 'USER_SSH', `${show(user)} cannot be a user for SSH.`, 'write the name of a user'));
    names.set(name.toLowerCase(), twin ?? row);
    addresses.set(address, neighbour ?? row);
    return errors;
  });
}

interface Found {
  table: Table;
  redis: TsvRow[];
  env: string;
  environments: string[];
  pools: string[];
  pool: string | undefined;
  file: string;
  say: Say;
}

function masterErrors({ table, redis, env, environments, pools, pool, file, say }: Found): Problem[] {
  const where = `ENV ${show(env)}${pool === undefined ? '' : ` and POOL ${show(pool)}`}`;
  if (redis.length === 0) {
    const next = environments.some((name) => same(name, env))
      ? pools.length > 0
        ? `its pools are ${pools.map(show).join(', ')}: give --pool`
        : 'write rows with ROLE redis and SUBROLE master or replica'
      : environments.length > 0
        ? `the file has ${environments.map(show).join(', ')}: give --inventory-env`
        : 'write rows with ROLE redis and SUBROLE master or replica';
    return [{ file, line: table.header, column: 1, message: `no row is redis with ${where}.`, next }];
  }
  const masters = redis.filter((row) => kindOf(row) === 'master');
  const [first, second] = masters;
  if (first === undefined)
    return redis.slice(0, 1).map((row) => say(row, 'SUBROLE', `no row with ${where} is master.`, 'write SUBROLE master for the one that begins as master'));
  if (second === undefined) return [];
  const list = masters
    .map((row) => `${row.text('HOSTNAME')} in line ${row.line}${row.text('POOL') === '' ? '' : ` (pool ${show(row.text('POOL'))})`}`)
    .join(', ');
  const several = distinct(masters.map((row) => row.text('POOL')));
  const next = several.length > 1 ? `choose one: ${several.map((name) => `--pool ${name}`).join(' or ')}` : 'write SUBROLE replica for all but one';
  return [say(second, 'SUBROLE', `${masters.length} rows with ${where} are master: ${list}.`, next)];
}

function topologyOf(rows: TsvRow[], addressColumn: string, { name, pool }: TsvOptions): Topology {
  const named = (kinds: ReturnType<typeof kindOf>[]) => rows.filter((row) => kinds.includes(kindOf(row))).map((row) => row.text('HOSTNAME'));
  const redis = [...named(['master']), ...named(['replica'])];
  const proxies = named(['proxy']);
  const hosts = rows.map((row) => {
    const user = row.text('USER_SSH');
    const host = {
      address: row.text(addressColumn),
      ...(blank(row.text('DOCKER_STACK')) ? {} : { runtime: 'docker' as const }),
      ...(blank(user) ? {} : { ssh: { user } }),
    };
    return [row.text('HOSTNAME'), host] as const;
  });
  return {
    name: name ?? (pool !== undefined && namePattern.test(pool) ? pool : 'vigie'),
    mode: 'sentinel',
    target: 'ssh',
    profile: 'production',
    hosts: Object.fromEntries(hosts),
    redis: { on: redis, ...(redis[0] === undefined ? {} : { master: redis[0] }) },
    sentinel: { on: redis },
    ...(proxies.length === 0 ? {} : { proxy: { on: proxies, write: 6379, read: 6381 } }),
  };
}

/** A problem found in the topology stands at the row of the host that it is about, or at the header. */
function locator(topology: Topology, rows: TsvRow[], header: number): Locate {
  const row = (host: unknown) => rows.find((one) => one.text('HOSTNAME') === host)?.at('HOSTNAME');
  return ([section, second, third]) => {
    const list = section === 'redis' || section === 'sentinel' || section === 'proxy' ? topology[section]?.on : undefined;
    const host = section === 'hosts' ? second : second === 'on' && typeof third === 'number' ? list?.[third] : undefined;
    return row(host) ?? { line: header, column: 1 };
  };
}

function headerProblem(file: string, { missing, line, tabs }: { missing: string[]; line: number; tabs: boolean }): Problem {
  if (line === 0) return { file, line: 1, column: 1, message: 'the file is empty.', next: 'write a header and a row for each server, separated by tabs' };
  const columns = missing.length === 1 ? `column ${missing[0]} is` : `columns ${missing.join(', ')} are`;
  const next = tabs ? 'name the columns in the first line' : 'separate the columns by tabs, not by spaces';
  return { file, line, column: 1, message: `the ${columns} missing in the header.`, next };
}

/** People write a dash where there is nothing. */
function blank(text: string): boolean {
  return /^(-+|–|—|n\/a|none|non|no)?$/i.test(text);
}

function same(a: string, b: string): boolean {
  return a.toLowerCase() === b.trim().toLowerCase();
}

function distinct(texts: string[]): string[] {
  return [...new Set(texts.filter((text) => text !== ''))];
}
