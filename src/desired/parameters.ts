// The values of redis.conf directives as CONFIG GET answers them (bytes, yes/no, plain numbers), so that what is asked and what
// is there compare as text. Types were asked of a real Redis 7.0.15; a directive that is not listed stays as it was written.

import { directiveName } from './directives.ts';
import { percent, percentExamples, sizeBytes, sizeExamples } from './units.ts';

const words = (text: string) => new Set(text.trim().split(/\s+/));

const flags = words(`
  activedefrag activerehashing aof-disable-auto-gc aof-load-truncated aof-rewrite-incremental-fsync aof-timestamp-enabled aof-use-rdb-preamble
  crash-log-enabled crash-memcheck-enabled disable-thp dynamic-hz io-threads-do-reads jemalloc-bg-thread latency-tracking lazyfree-lazy-eviction
  lazyfree-lazy-expire lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush no-appendfsync-on-rewrite rdb-del-sync-files
  rdb-save-incremental-fsync rdbchecksum rdbcompression repl-disable-tcp-nodelay repl-diskless-sync replica-announced
  replica-ignore-disk-write-errors replica-ignore-maxmemory replica-lazy-flush replica-read-only replica-serve-stale-data set-proc-title
  stop-writes-on-bgsave-error syslog-enabled always-show-logo`);

const sizes = words(`
  active-defrag-ignore-bytes auto-aof-rewrite-min-size client-query-buffer-limit hash-max-listpack-value hll-sparse-max-bytes maxmemory
  maxmemory-clients proto-max-bulk-len repl-backlog-size stream-node-max-bytes zset-max-listpack-value`);

const numbers = words(`
  acllog-max-len active-defrag-cycle-max active-defrag-cycle-min active-defrag-max-scan-fields active-defrag-threshold-lower
  active-defrag-threshold-upper active-expire-effort auto-aof-rewrite-percentage busy-reply-threshold databases hash-max-listpack-entries hz
  io-threads latency-monitor-threshold lfu-decay-time lfu-log-factor list-compress-depth list-max-listpack-size maxclients
  maxmemory-eviction-tenacity maxmemory-samples min-replicas-max-lag min-replicas-to-write repl-backlog-ttl repl-diskless-sync-delay
  repl-diskless-sync-max-replicas repl-ping-replica-period repl-timeout replica-priority set-max-intset-entries shutdown-timeout
  slowlog-log-slower-than slowlog-max-len stream-node-max-entries tcp-backlog tcp-keepalive timeout tracking-table-max-keys zset-max-listpack-entries`);

const choices: Record<string, string[]> = {
  'acl-pubsub-default': ['allchannels', 'resetchannels'],
  appendfsync: ['everysec', 'always', 'no'],
  loglevel: ['debug', 'verbose', 'notice', 'warning', 'nothing'],
  'maxmemory-policy': ['volatile-lru', 'volatile-lfu', 'volatile-random', 'volatile-ttl', 'allkeys-lru', 'allkeys-lfu', 'allkeys-random', 'noeviction'],
  'oom-score-adj': ['no', 'yes', 'relative', 'absolute'],
  'propagation-error-behavior': ['ignore', 'panic', 'panic-on-replicas'],
  'repl-diskless-load': ['disabled', 'on-empty-db', 'swapdb', 'flush-before-load'],
  'sanitize-dump-payload': ['no', 'yes', 'clients'],
  'shutdown-on-sigint': ['default', 'save', 'nosave', 'now', 'force'],
  'shutdown-on-sigterm': ['default', 'save', 'nosave', 'now', 'force'],
};

const texts = words(`
  aof_rewrite_cpulist bgsave_cpulist bio_cpulist client-output-buffer-limit dbfilename enable-debug-command enable-module-command
  enable-protected-configs ignore-warnings latency-tracking-info-percentiles notify-keyspace-events oom-score-adj-values proc-title-template save
  server_cpulist socket-mark-id syslog-facility syslog-ident`);

/** Directives of Redis 7.0 that `redis.config` may set: to find the one that was meant. */
export const knownDirectives = [...flags, ...sizes, ...numbers, ...Object.keys(choices), ...texts];

export type Normal = { value: string } | { wrong: string; choices?: string[] };

/** One value as CONFIG GET answers it, or what is wrong with it. `directive` as `directiveName` makes it. */
export function normalValue(directive: string, written: string): Normal {
  const text = written.trim();
  if (/[\u0000-\u001f\u007f]/.test(text)) return { wrong: 'is not one line of plain text' };
  if (/\{\{(secret|sha256):/.test(text)) return { wrong: 'names a secret where a plain value is wanted' };
  if (flags.has(directive)) return flag(text);
  if (directive === 'maxmemory-clients' && text.endsWith('%'))
    return percent(text) === undefined ? { wrong: `is not a percentage: write it like ${percentExamples}` } : { value: text };
  if (sizes.has(directive)) return bytes(text);
  if (numbers.has(directive)) return /^(0|-?[1-9]\d{0,14})$/.test(text) ? { value: text } : { wrong: 'is not a whole number' };
  const options = choices[directive];
  if (options) {
    const lower = text === 'true' ? 'yes' : text === 'false' ? 'no' : text.toLowerCase();
    // `relative` and `yes` are one value, and Redis answers the first name of it.
    if (directive === 'oom-score-adj' && lower === 'relative') return { value: 'yes' };
    return options.includes(lower) ? { value: lower } : { wrong: `is not one of ${options.join(', ')}`, choices: options };
  }
  if (directive === 'save') return savePoints(text);
  if (directive === 'client-output-buffer-limit') return bufferLimits(text);
  if (directive === 'notify-keyspace-events') return keyspaceEvents(text);
  if (directive === 'oom-score-adj-values' || directive === 'latency-tracking-info-percentiles') return { value: text.replaceAll(/\s+/g, ' ') };
  return { value: text };
}

function flag(text: string): Normal {
  const lower = text.toLowerCase();
  if (lower === 'yes' || lower === 'true') return { value: 'yes' };
  if (lower === 'no' || lower === 'false') return { value: 'no' };
  return { wrong: 'is neither yes nor no' };
}

/** Redis takes bare bytes too, and its own files are full of them, so they are taken here. */
function bytes(text: string): Normal {
  const value = /^\d+$/.test(text) ? Number(text) : sizeBytes(text);
  return value === undefined || !Number.isSafeInteger(value) ? { wrong: `is not a size: write it like ${sizeExamples}` } : { value: `${value}` };
}

function savePoints(text: string): Normal {
  const parts = text === '""' || text === "''" || text === '' ? [] : text.split(/\s+/);
  const whole = parts.every((part) => /^\d{1,9}$/.test(part)) && parts.length % 2 === 0 && parts.every((part, index) => index % 2 === 1 || Number(part) > 0);
  return whole
    ? { value: parts.map(Number).join(' ') }
    : { wrong: "is not a list of save points: write pairs of seconds and changes like '3600 1 300 100', or '' for none" };
}

const bufferClasses = ['normal', 'slave', 'pubsub'] as const;
const bufferDefaults: Record<(typeof bufferClasses)[number], string> = { normal: '0 0 0', slave: '268435456 67108864 60', pubsub: '33554432 8388608 60' };

/** Classes that are not named keep Redis' own default, as in redis.conf; CONFIG GET prints all three. */
function bufferLimits(text: string): Normal {
  const wrong = { wrong: `is not a list of limits: write class, hard limit, soft limit and seconds like 'replica 256mb 64mb 60'` };
  const parts = text.split(/\s+/);
  if (parts.length % 4 !== 0) return wrong;
  const limits = { ...bufferDefaults };
  for (let index = 0; index < parts.length; index += 4) {
    const [written = '', hard = '', soft = '', seconds = ''] = parts.slice(index, index + 4);
    const name = bufferClasses.find((known) => known === written.toLowerCase().replace('replica', 'slave'));
    const [hardBytes, softBytes] = [bytes(hard), bytes(soft)];
    if (!name || !('value' in hardBytes) || !('value' in softBytes) || !/^\d{1,9}$/.test(seconds)) return wrong;
    limits[name] = `${hardBytes.value} ${softBytes.value} ${Number(seconds)}`;
  }
  return { value: bufferClasses.map((name) => `${name} ${limits[name]}`).join(' ') };
}

/** Redis prints the flags in its own order, `A` for the whole group, and 7.0 then forgets the `n` (notify.c, keyspaceEventsFlagsToString). */
function keyspaceEvents(text: string): Normal {
  const letters = text === '""' || text === "''" ? '' : text;
  if (!/^[AKEg$lshzxetdmn]*$/.test(letters)) return { wrong: 'has a letter that is no event class: A, K, E, g, $, l, s, h, z, x, e, t, d, m, n' };
  const group = 'g$lshzxetd'.split('');
  const all = letters.includes('A') || group.every((letter) => letters.includes(letter));
  const kept = all ? ['A'] : group.filter((letter) => letters.includes(letter));
  return { value: [...kept, ...(all ? 'KEm' : 'nKEm').split('').filter((letter) => letters.includes(letter))].join('') };
}

/** Every directive of `redis.config`, in present names and CONFIG GET form. Only for values that were checked before. */
export function normalConfig(config: Record<string, unknown>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(config).map(([written, value]) => {
      const directive = directiveName(written);
      const normal = normalValue(directive, configText(value));
      return [directive, 'value' in normal ? normal.value : configText(value)];
    }),
  );
}

/** A value of `redis.config` as one text; a list is written one after the other. */
export function configText(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join(' ') : String(value);
}
