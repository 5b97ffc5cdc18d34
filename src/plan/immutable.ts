// Which redis.conf directives the running server refuses to change, so that a restart is needed.
// Source: IMMUTABLE_CONFIG in src/config.c of Redis 7.0 to 8.0; a test asks the real server about each.

const immutable = new Set([
  'always-show-logo',
  'aof-disable-auto-gc',
  'appenddirname',
  'appendfilename',
  'cluster-config-file',
  'cluster-enabled',
  'cluster-port',
  'daemonize',
  'databases',
  'disable-thp',
  'enable-debug-command',
  'enable-module-command',
  'enable-protected-configs',
  'io-threads',
  'io-threads-do-reads',
  'logfile',
  'pidfile',
  'rdbchecksum',
  'set-proc-title',
  'supervised',
  'syslog-enabled',
  'syslog-facility',
  'syslog-ident',
  'tcp-backlog',
  'unixsocket',
  'unixsocketperm',
]);

export function needsRestart(parameter: string): boolean {
  return immutable.has(parameter);
}
