// The topology of `vigie up` where no file is given: a master, two replicas, three Sentinels and a proxy on this machine.

import type { Topology } from './schema.ts';

export const embeddedTopology: Topology = {
  name: 'vigie',
  mode: 'sentinel',
  target: 'local',
  profile: 'dev',
  redis: { on: ['1', '2', '3'], persistence: 'aof' },
  sentinel: { on: ['1', '2', '3'] },
  proxy: { on: ['1'] },
};
