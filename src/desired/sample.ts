// The vigie.yaml that `vigie init` writes: a topology to begin with, and beside each setting what else it could be.

import type { Mode, Profile } from './deployment.ts';
import { profileDefaults } from './profiles.ts';
import { localSchema, schemaLine } from './to-yaml.ts';
import { showDuration, durationMs } from './units.ts';

export interface SampleAnswers {
  name?: string;
  mode?: Exclude<Mode, 'cluster'>;
  profile?: Profile;
}

/** Loads without an error or a warning. `schema`: where the published schema lies. */
export function sampleYaml({ name = 'vigie', mode = 'sentinel', profile = 'dev' }: SampleAnswers = {}, schema: string = localSchema): string {
  const redis = mode === 'standalone' ? '[1]' : '[1, 2, 3]';
  const own = profileDefaults[profile];
  const hold = showDuration((durationMs(own.downAfter) ?? 0) + 5000);
  const parts = [
    `${schemaLine(schema)}
# What should run. \`vigie up\` makes it so, \`vigie plan\` shows what would change. The schema above explains every key, in editors
# too, and \`vigie explain\` every code in a message.

name: ${quote(name)}                 # the deployment, and the master for Sentinels and clients
mode: ${mode}              # standalone | replication | sentinel | cluster
target: local               # local | ssh | compose | kubernetes
profile: ${profile}                # dev | staging | production: defaults for what is not written here
# portBase: 6400            # all ports of a local deployment lie in the hundred from here on
# engine: { kind: redis, install: package }   # redis | valkey; package | source | image | none
`,
    `# The machines, for target ssh. On this machine every name below is simply a node.
# hosts:
#   redis-01: { address: 10.0.0.11, zone: a }
#   redis-02: { address: 10.0.0.12, zone: b }
#   redis-03: { address: 10.0.0.13, zone: c }
`,
    `redis:
  on: ${redis}
  persistence: aof          # none | rdb | aof | both
  maxmemory: ${profile === 'dev' ? '256mb' : '1gb  '}          # about 60 % of the memory of a host; 0b is no limit
  # port: 6379              # on hosts
  # config:                 # any other redis.conf directive
  #   maxmemory-policy: allkeys-lfu
`,
    ...(mode === 'sentinel'
      ? [
          `sentinel:
  on: [1, 2, 3]             # an odd number, best in three zones
  # quorum: 2               # a majority unless written
  downAfter: ${own.downAfter}             # silence after which the master is held for dead; 1250ms is the least
  # failoverTimeout: ${own.failoverTimeout}
`,
        ]
      : []),
    `proxy:
  on: [1]
  # write: 6379             # on hosts: the port that follows the master,
  # read: 6381              # and the one of the replicas in sync
  # holdFor: ${hold}${hold.length < 3 ? ' ' : ''}            # clients wait this long for a new master
`,
    ...(mode === 'sentinel'
      ? [
          `# lookout:
#   lease: 400ms            # the write route closes after this time without a majority of Sentinels
#   fastPath: true          # fail over at once when the process is certainly dead
#   onMinority: close       # close | keep (for caches)
`,
        ]
      : []),
    `# Passwords are made by Vigie and kept in its state folder. For your own:
# credentials:
#   default: { file: /etc/vigie/app.password }
`,
  ];
  return parts.join('\n');
}

/** A name of digits or a word like \`true\` would not be text in YAML. */
function quote(name: string): string {
  return /^[A-Za-z][A-Za-z0-9_.-]*$/.test(name) && !/^(true|false|null)$/i.test(name) ? name : JSON.stringify(name);
}
