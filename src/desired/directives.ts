// Which redis.conf directives `redis.config` may not set, because Vigie holds them, and where each belongs instead.

interface Owned {
  of: RegExp;
  /** Why, and where it belongs. */
  why: string;
  next: string;
}

const place = 'set redis.on, redis.port and hosts';

const owned: Owned[] = [
  { of: /^(bind|bind-source-addr)$/, why: 'a node listens on the address of its host', next: 'set hosts.NAME.address' },
  { of: /^port$/, why: 'Sentinels and proxies must know the port', next: 'set redis.port' },
  { of: /^protected-mode$/, why: 'security does not vary: every node asks for a login', next: 'take it out' },
  { of: /^(unixsocket|unixsocketperm)$/, why: 'a node is reached by address, so that every path to it is known', next: 'take it out' },
  { of: /^(dir|appenddirname|appendfilename)$/, why: 'data lies in the folder of the node, where backups and the boot gate look', next: 'take it out' },
  { of: /^(pidfile|logfile)$/, why: 'it lies in the folder of the node', next: 'take it out; vigie logs shows the log' },
  { of: /^(daemonize|supervised)$/, why: 'the runtime keeps the process', next: 'set runtime' },
  { of: /^(aclfile|user|masteruser)$/, why: 'users are made by Vigie, with the least rights', next: 'use the credentials section for their passwords' },
  {
    of: /^include$/,
    why: 'Redis copies included values into the main file at the next failover, and later changes of the include have no effect',
    next: 'write its directives here',
  },
  { of: /^loadmodule(ex)?$/, why: 'modules are not in this version', next: 'take it out' },
  {
    of: /^rename-command$/,
    why: 'renamed commands break CONFIG SET and the promotion by Sentinel',
    next: 'take it out; dangerous commands are closed to the application by ACL already',
  },
  { of: /^(replicaof|slaveof)$/, why: 'who follows whom is decided by the Sentinels', next: 'set redis.master for the very first start' },
  { of: /^(replica|slave)-announce-(ip|port)$/, why: 'it follows from the address of the host', next: place },
  { of: /^(cluster-node-timeout)$/, why: 'it belongs to the cluster', next: 'set cluster.nodeTimeout' },
  { of: /^cluster-/, why: 'it follows from the mode', next: 'set mode: cluster' },
  { of: /^tls-/, why: 'TLS concerns every connection of the deployment, and is not in this version', next: 'take it out' },
  { of: /^appendonly$/, why: 'what is kept on disk is asked in one place', next: 'set redis.persistence' },
  { of: /^sentinel$/, why: 'it is a directive of sentinel.conf', next: 'use the sentinel section' },
];

/** Says why a directive is refused, or undefined when it may be set. Secrets are another question (secrets.ts). */
export function refusedDirective(directive: string, value: string): { why: string; next: string } | undefined {
  if (directive === 'dbfilename') {
    return value === ''
      ? {
          why: 'without a file name every replica copies everything again and again, for ever',
          next: 'take it out; set redis.persistence: none to keep nothing',
        }
      : { why: 'backups and the boot gate look for dump.rdb', next: 'take it out' };
  }
  return owned.find(({ of }) => of.test(directive));
}

const oldNames: [RegExp, string][] = [
  [/^slave-(?!announce)/, 'replica-'],
  [/^min-slaves-/, 'min-replicas-'],
  [/^repl-ping-slave-period$/, 'repl-ping-replica-period'],
  [/-ziplist-/, '-listpack-'],
  [/^lua-time-limit$/, 'busy-reply-threshold'],
];

/** The present name of a directive: small letters, and old names as Redis 7 calls them, so that one thing is never set twice. */
export function directiveName(written: string): string {
  const lower = written.trim().toLowerCase();
  return oldNames.reduce((name, [old, present]) => name.replace(old, present), lower);
}
