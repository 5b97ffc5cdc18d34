// The names of what can be wrong with a running deployment (observed/diagnose.ts), in the words of `vigie explain` and docs/codes.
// They travel in `vigie status --json`; a command that finds one exits with 2.

import type { CodeText } from './code-text.ts';

export const diagnosisCodes = {
  NOT_RUNNING: {
    exit: 2,
    title: 'Nothing runs',
    explanation: 'No process of the deployment runs: it was taken down, never started, or the machine was restarted. Its data stays where it is.',
    next: 'vigie up',
  },
  NO_MASTER: {
    exit: 2,
    title: 'Nobody can say who is master',
    explanation:
      'Vigie takes as master only whom a majority of all configured Sentinels names at the highest config epoch (without Sentinels: the one node that says so, uncontradicted). There is none now, so no route is opened. The sentence says what is missing.',
    next: 'vigie apply',
  },
  TWO_MASTERS: {
    exit: 2,
    title: 'Several nodes say that they are master',
    explanation:
      'An old master that came back, or one that was cut off, takes writes that will be lost when it is told to follow. Clients that go through the proxy are not affected while its route leads to the right one.',
    next: 'vigie apply',
  },
  DEAD_MASTER: {
    exit: 2,
    title: 'The master is dead',
    explanation:
      'The node that the Sentinels name as master does not answer, and no replica has a link to it. Sentinel promotes a replica after down-after and one to two seconds; `vigie apply` waits for that, opens the routes and brings the dead node back as a replica.',
    next: 'vigie apply',
  },
  UNREACHABLE_MASTER: {
    exit: 2,
    title: 'The master does not answer us, but its replicas follow it',
    explanation:
      'The master is probably alive and cut off from this machine only, or too busy to answer. Sentinel judges by its own connections, so no failover may come.',
    next: 'vigie logs, then vigie status',
  },
  MASTER_SUSPECTED: {
    exit: 2,
    title: 'A Sentinel holds the master to be down, but it answers',
    explanation:
      'Some Sentinels do not reach the master while we do: a partial cut of the network, or a master that stalls. When enough of them agree, they fail over.',
    next: 'vigie status --watch',
  },
  FAILOVER_RUNNING: {
    exit: 2,
    title: 'A failover is running',
    explanation: 'A Sentinel was elected and is promoting a replica. It takes a second or two; until it is over the routes are not touched.',
    next: 'vigie status --watch',
  },
  TOO_FEW_REPLICAS: {
    exit: 2,
    title: 'The master refuses writes for want of replicas',
    explanation:
      'min-replicas-to-write replicas must have acknowledged within min-replicas-max-lag seconds, or the master answers -NOREPLICAS. It is what stops a cut-off master from taking writes that would be lost.',
    next: 'vigie apply',
  },
  MISCONF: {
    exit: 2,
    title: 'A node refuses writes because it cannot save',
    explanation:
      'The last background save, or a write to the append-only file, failed; with stop-writes-on-bgsave-error Redis answers -MISCONF. Mostly the disk is full or the folder is not writable.',
    next: 'vigie logs NODE, and make room on its disk',
  },
  MEMORY_FULL: {
    exit: 2,
    title: 'The master is full',
    explanation: 'The master uses maxmemory and its policy is noeviction: writes that need memory are refused with -OOM.',
    next: 'raise redis.maxmemory in the topology, then vigie apply',
  },
  AUTH_FAILED: {
    exit: 2,
    title: 'A node does not accept our login',
    explanation:
      'Something answers at the address of a node but refuses the password of user vigie: another deployment, or a password changed elsewhere. Nothing is known of it, and nothing is changed on it.',
    next: 'bring the credentials of the deployment that runs there ($VIGIE_HOME)',
  },
  GATE_WAITING: {
    exit: 2,
    title: 'The boot gate holds a node back',
    explanation:
      'Before Redis starts, its boot gate asks the Sentinels and the other nodes, so that a node with less data never becomes master of one with more. The sentence is its own.',
    next: 'vigie apply',
  },
  NODE_LOADING: {
    exit: 2,
    title: 'A node reads its data',
    explanation: 'Redis is loading its data from disk and answers nothing else until it is done.',
    next: 'vigie status --watch',
  },
  REPLICA_DOWN: {
    exit: 2,
    title: 'A Redis node is down',
    explanation: 'The node does not answer. It is not the master, so writes go on, with fewer copies of the data and fewer nodes to fail over to.',
    next: 'vigie apply',
  },
  WRONG_MASTER: {
    exit: 2,
    title: 'A replica follows another node',
    explanation: 'Its data is not a copy of the master, and it could not take over.',
    next: 'vigie apply',
  },
  REPLICA_LINK_DOWN: {
    exit: 2,
    title: 'A replica has no link to its master',
    explanation:
      'It serves old data and falls behind. Its log says why: the master does not answer it, refuses its password, or its data folder is not writable.',
    next: 'vigie logs NODE',
  },
  REPLICA_SYNCING: {
    exit: 2,
    title: 'A replica copies the data',
    explanation: 'A full copy of the master is on its way. Until it is complete, the replica cannot take over.',
    next: 'vigie status --watch',
  },
  REPLICA_LAGGING: {
    exit: 2,
    title: 'A replica lags behind',
    explanation: 'The master has not heard an acknowledgement of this replica for a while: it is overloaded, or the network between them is.',
    next: 'vigie logs NODE',
  },
  LOW_PRIORITY: {
    exit: 2,
    title: 'A node has another replica-priority than asked',
    explanation:
      'Sentinel promotes the replica with the lowest number, and never one with 0. A failover raises the number for a moment; it should have been given back.',
    next: 'vigie apply',
  },
  NO_QUORUM: {
    exit: 2,
    title: 'The Sentinels cannot fail over',
    explanation:
      'A failover needs the votes of a majority of all Sentinels and the agreement of the quorum. Too few of them reach each other now: if the master dies, nobody takes over.',
    next: 'vigie apply',
  },
  SENTINELS_DISAGREE: {
    exit: 2,
    title: 'The Sentinels do not agree on the master',
    explanation:
      'They name different nodes, or the same at different config epochs. During a failover this lasts a second or two; when it stays, Sentinels do not hear each other.',
    next: 'vigie status --watch',
  },
  SENTINEL_DOWN: {
    exit: 2,
    title: 'A Sentinel is down',
    explanation: 'It does not answer and does not vote. The others go on as long as they are a majority.',
    next: 'vigie apply',
  },
  SENTINEL_UNAWARE: {
    exit: 2,
    title: 'A Sentinel does not see all it should',
    explanation:
      'It does not watch the master, does not know another Sentinel or a replica, or has no link to one that answers here. Then it counts wrong in an election, or would not promote that replica.',
    next: 'vigie apply',
  },
  SENTINEL_GHOST: {
    exit: 2,
    title: 'A Sentinel counts nodes that do not exist',
    explanation:
      'Sentinels never forget by themselves. One too many among the Sentinels raises the majority; a replica that is gone is tried in vain. Vigie never resets Sentinels: while the master is healthy and all replicas are up, do it by hand with SENTINEL RESET, one Sentinel after the other, 30 s apart, and check that each has found all its peers and replicas again.',
    next: 'vigie connect SENTINEL SENTINEL RESET NAME, one Sentinel at a time, 30 s apart',
  },
  SENTINEL_TILT: {
    exit: 2,
    title: 'A Sentinel distrusts its own clock',
    explanation:
      'Between two of its turns more than two seconds passed (a paused machine, a clock that was set). For 30 s it watches and neither votes somebody down nor fails over.',
    next: 'vigie status --watch',
  },
  PROXY_DOWN: {
    exit: 2,
    title: 'A proxy is down',
    explanation: 'HAProxy does not answer on its runtime socket: clients of this proxy have no endpoint.',
    next: 'vigie apply',
  },
  WRITE_ROUTE_CLOSED: {
    exit: 2,
    title: 'A proxy takes no writes',
    explanation:
      'No write server is open, so connections to the write endpoint wait (holding) or are ended (closed). After a restart of HAProxy the route stays closed until it is known who is master.',
    next: 'vigie apply',
  },
  WRITE_ROUTE_WRONG: {
    exit: 2,
    title: 'A proxy sends writes to the wrong node',
    explanation:
      'Its write route leads to a node that the Sentinels do not name as master, or to several. Writes there fail, or are lost when the node is told to follow.',
    next: 'vigie apply',
  },
  READ_ROUTE_EMPTY: {
    exit: 2,
    title: 'A proxy takes no reads',
    explanation: 'No read server is open: connections to the read endpoint are ended.',
    next: 'vigie apply',
  },
  READ_ROUTE_WRONG: {
    exit: 2,
    title: 'A proxy sends reads elsewhere than it should',
    explanation:
      'Reads belong to the replicas in sync, and to the master only where there is none. A replica is left out, or a node is read from that should not be.',
    next: 'vigie apply',
  },
  MACHINE_UNSEEN: {
    exit: 2,
    title: 'A machine could not be looked at',
    explanation:
      'The program that tells which processes run there could not be run or did not finish in time. What answers over the network is known all the same.',
    next: 'vigie status',
  },
} satisfies Record<string, CodeText>;
