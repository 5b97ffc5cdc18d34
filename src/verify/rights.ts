// What each service user must and must not be able to do, as commands that are only ever tried with ACL DRYRUN: the server judges them
// and runs none of them.

import type { ServiceUser, Where } from '../desired/users.ts';

export interface Rights {
  may: string[];
  mayNot: string[];
}

/** Words of a command are separated by spaces; `M` stands for the name of the master. */
export const rights: Record<Where, Partial<Record<ServiceUser, Rights>>> = {
  data: {
    default: {
      may: ['SET k v', 'GET k', 'DEL k', 'PUBLISH c m', 'INFO', 'ROLE'],
      mayNot: [
        'CONFIG SET maxmemory 1',
        'CONFIG GET *',
        'FLUSHALL',
        'FLUSHDB',
        'DEBUG SLEEP 0',
        'SHUTDOWN',
        'REPLICAOF NO ONE',
        'FAILOVER',
        'ACL LIST',
        'CLIENT KILL TYPE normal',
      ],
    },
    // A right that is missing here shows only at a failover, as an abort: Sentinel throws the replies away (sentinelSendSlaveOf).
    sentinel: {
      may: [
        'PING',
        'INFO',
        'ROLE',
        'MULTI',
        'EXEC',
        'SLAVEOF NO ONE',
        'CONFIG REWRITE',
        'CLIENT KILL TYPE normal',
        'CLIENT SETNAME n',
        'SCRIPT KILL',
        'SUBSCRIBE __sentinel__:hello',
        'PUBLISH __sentinel__:hello m',
      ],
      mayNot: ['GET k', 'CONFIG GET *', 'FLUSHALL'],
    },
    replica: { may: ['PING', 'PSYNC ? -1', 'REPLCONF ACK 0'], mayNot: ['GET k', 'CONFIG GET *', 'FLUSHALL'] },
    proxy: { may: ['PING'], mayNot: ['GET k', 'INFO'] },
    exporter: { may: ['PING', 'INFO', 'CLIENT LIST', 'SLOWLOG LEN'], mayNot: ['GET k', 'CONFIG GET *', 'FLUSHALL'] },
    gate: { may: ['PING', 'INFO', 'ROLE', 'CONFIG GET dir', 'CONFIG SET replica-priority 100'], mayNot: ['GET k', 'FLUSHALL'] },
  },
  sentinel: {
    default: {
      may: ['PING', 'SENTINEL GET-MASTER-ADDR-BY-NAME M', 'SENTINEL REPLICAS M', 'SENTINEL SENTINELS M', 'SUBSCRIBE +switch-master'],
      mayNot: [
        'SENTINEL FAILOVER M',
        'SENTINEL SET M quorum 1',
        'SENTINEL REMOVE M',
        'SENTINEL RESET M',
        'PUBLISH __sentinel__:hello m',
        'SHUTDOWN',
        'ACL LIST',
      ],
    },
    sentinel: {
      may: ['PING', 'PUBLISH __sentinel__:hello m', 'SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 1 0 *'],
      mayNot: ['SENTINEL FAILOVER M', 'SENTINEL SET M quorum 1', 'SHUTDOWN'],
    },
    exporter: {
      may: ['PING', 'INFO', 'SENTINEL MASTERS', 'SENTINEL REPLICAS M', 'SENTINEL SENTINELS M', 'SENTINEL CKQUORUM M'],
      mayNot: ['SENTINEL FAILOVER M', 'SENTINEL SET M quorum 1'],
    },
    gate: { may: ['PING', 'SENTINEL GET-MASTER-ADDR-BY-NAME M', 'SENTINEL MASTER M'], mayNot: ['SENTINEL FAILOVER M', 'SENTINEL SET M quorum 1'] },
  },
};
