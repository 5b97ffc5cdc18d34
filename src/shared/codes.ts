// Every code that Vigie prints: for errors, refusals and diagnoses. `vigie explain CODE` and the pages in docs/codes come from here.
// Exit codes: 1 could not do it or declined, 2 checked and found wanting, 64 wrong usage or invalid topology, 130 Ctrl-C.

import type { CodeText } from './code-text.ts';
import { diagnosisCodes } from './diagnosis-codes.ts';

const table = {
  ...diagnosisCodes,
  USAGE: {
    exit: 64,
    title: 'Wrong usage',
    explanation: 'The command line has an unknown command, option or argument, or lacks one.',
    next: 'vigie --help',
  },
  TOPOLOGY_INVALID: {
    exit: 64,
    title: 'The topology has errors',
    explanation: 'Every error is listed with file, line and column; nothing was changed. All errors are shown at once.',
    next: 'mend the lines named, then run the command again',
  },
  TOPOLOGY_MISSING: {
    exit: 64,
    title: 'No topology and no deployment here',
    explanation: 'The command needs a topology (-f FILE, or vigie.yaml here) or a deployment that was made from this folder; neither was found.',
    next: 'vigie up, or vigie init, or give -f FILE',
  },
  DECLINED: {
    exit: 1,
    title: 'Declined',
    explanation: 'The question was answered with no, so nothing was done.',
    next: 'run the command again when you are ready',
  },
  NO_TERMINAL: {
    exit: 64,
    title: 'A question, and no terminal to ask it on',
    explanation: 'The command has something to ask before it changes anything, and standard input is not a terminal.',
    next: 'add --yes, or run it on a terminal',
  },
  CONSENT_NEEDED: {
    exit: 64,
    title: 'Typed consent is needed',
    explanation:
      'The act destroys data or puts it at risk. It wants the name of the deployment, typed at the prompt or given with --confirm NAME; --yes is not enough.',
    next: 'add --confirm NAME',
  },
  MODE_UNAVAILABLE: {
    exit: 1,
    title: 'This mode is not in this version',
    explanation: 'This version of Vigie deploys the modes standalone, replication and sentinel.',
    next: 'set mode: sentinel, replication or standalone',
  },
  MODE_REDUCED: {
    exit: 1,
    title: 'A deployment would lose parts of its mode',
    explanation: 'Going from sentinel to replication or standalone would leave Sentinels or replicas running that nothing looks after.',
    next: 'set the mode back, or take the deployment down first: vigie down',
  },
  OTHER_DEPLOYMENT: {
    exit: 1,
    title: 'Another deployment has this name',
    explanation:
      'The state folder holds a deployment of the same name that has none of the nodes of this topology. The name decides which state folder is meant, so nothing was done.',
    next: 'give one of the two another name: --name NAME',
  },
  NODE_REMOVED: {
    exit: 1,
    title: 'A node left the topology',
    explanation:
      'A node that was applied before is not in the topology any more. Taking a single node out safely (quorum, forgetting it everywhere) is not in this version.',
    next: 'put the node back into the topology',
  },
  NODE_MOVED: {
    exit: 1,
    title: 'A node would change its address or port',
    explanation: 'Its peers, the Sentinels and the clients know a node by its address. Moving one in place would make it a stranger to all of them.',
    next: 'set the address and ports back',
  },
  CREDENTIALS_MISSING: {
    exit: 1,
    title: 'The passwords are not here',
    explanation: 'The deployment has run before, so its passwords exist, but not in this state folder. New ones are never made over a live deployment.',
    next: 'bring the credentials folder of the machine that deployed it ($VIGIE_HOME)',
  },
  CREDENTIALS_WRONG: {
    exit: 1,
    title: 'A node does not accept the passwords that are here',
    explanation: 'Something answers at the address of a node, but it refuses the login: another deployment, or passwords that were changed elsewhere.',
    next: 'bring the credentials of the deployment that runs there, or choose other ports',
  },
  CREDENTIALS_CHANGED: {
    exit: 1,
    title: 'A password here is not the one in use',
    explanation:
      'A service user of the live deployment has another password than the one that is here. Replacing it at once would break every login that still uses the old one; changing passwords without downtime is not in this version.',
    next: 'put the password that is in use back',
  },
  NOT_OURS: {
    exit: 1,
    title: 'What runs there is another deployment',
    explanation: 'A Sentinel at one of our addresses watches another master name. A live deployment that is not ours is never merged.',
    next: 'set masterName to the name it watches, or choose another port',
  },
  PORT_TAKEN: {
    exit: 1,
    title: 'A port is held by another process',
    explanation: 'A port that a node needs is in use. Nothing was started.',
    next: 'stop the process that is named, or choose another port',
  },
  CONFIG_UNKNOWN: {
    exit: 1,
    title: 'The server does not know a parameter',
    explanation: 'redis.config names a parameter that this server, in this version, does not have.',
    next: 'take the parameter out of redis.config, or mend its spelling',
  },
  RESTART_NEEDED: {
    exit: 1,
    title: 'A change needs a restart that is not safe yet',
    explanation: 'Redis takes this parameter only at a start. Restarting a master needs a planned switchover first, which this version does not have.',
    next: 'set the parameter back in the topology',
  },
  COLD_START_UNDECIDED: {
    exit: 1,
    title: 'A person has to say which node has the right data',
    explanation:
      'Everything was down at once, and neither the Sentinels nor the journals beside the data can tell which node holds the most. Starting the wrong one as master would overwrite the others.',
    next: 'vigie apply --cold-start NODE --confirm NAME',
  },
  PACKAGES_MISSING: {
    exit: 1,
    title: 'Programs are missing',
    explanation: 'redis-server (or valkey-server), its command line client, or haproxy is not installed on the machine.',
    next: 'vigie up --install',
  },
  NODE_UNSEEN: {
    exit: 1,
    title: 'It cannot be told what runs',
    explanation:
      'Whether every node runs could not be seen, or something answers for a node whose process is not known here. Nothing was stopped or removed: what is not seen must not be taken for stopped.',
    next: 'vigie status, then the same command again',
  },
  PLAN_STALE: {
    exit: 1,
    title: 'The deployment changed after the plan was made',
    explanation:
      'Between the plan and the act the roles changed, most likely by a failover. The step was not done, because it was right only for what was seen before.',
    next: 'vigie apply',
  },
  CONNECTION_LOST: {
    exit: 1,
    title: 'The connection to a node ended in the middle of a step',
    explanation:
      'The node was there when the step began and was gone before it answered, several times in a row. Whether the step was done is not known; the next look at the node tells.',
    next: 'vigie status, then vigie apply',
  },
  ROUTE_UNSAFE: {
    exit: 1,
    title: 'A route was not opened',
    explanation: 'A proxy gets a write route only to a node that a majority of all Sentinels names and that answers as master itself. That was not the case.',
    next: 'vigie status, then vigie apply again',
  },
  PROXY_REFUSED: {
    exit: 1,
    title: 'HAProxy did not do what it was told',
    explanation: 'The runtime socket answered with an error, or the state read back is not the state that was set.',
    next: 'vigie logs, then vigie apply again',
  },
  NOT_READY: {
    exit: 1,
    title: 'A node did not become ready',
    explanation: 'The process runs but did not answer, or did not get in sync, within the deadline.',
    next: 'vigie logs, vigie status, then vigie apply again',
  },
  START_FAILED: {
    exit: 1,
    title: 'A process ended instead of running',
    explanation: 'The process was started and is gone. Its last words are shown.',
    next: 'mend what its log names, then vigie apply again',
  },
  STEP_FAILED: {
    exit: 1,
    title: 'A step failed',
    explanation: 'A step of the plan could not be done. What was done before stays; running again begins with a fresh look and finishes the job.',
    next: 'mend what is named, then vigie apply again',
  },
  NOT_SETTLED: {
    exit: 1,
    title: 'Nothing left to do, but not all is well',
    explanation: 'Every step was done and there is nothing more to plan, but the deployment does not look as it should within the time given.',
    next: 'vigie status',
  },
  VERIFY_FAILED: {
    exit: 2,
    title: 'A check failed',
    explanation: 'The deployment was checked through its real endpoints, and at least one check found something else than it should.',
    next: 'vigie verify, then vigie status',
  },
  INTERRUPTED: {
    exit: 130,
    title: 'Interrupted',
    explanation: 'The command was ended by Ctrl-C or a termination signal. Running it again finishes the job.',
    next: 'run the same command again',
  },
  HOST_UNREACHABLE: {
    exit: 1,
    title: 'A machine cannot be worked on',
    explanation: 'The program for a machine could not be run there at all: no shell, no login, no connection. Nothing was changed on it by this step.',
    next: 'mend what the message names, then run the command again',
  },
  TARGET_UNAVAILABLE: {
    exit: 1,
    title: 'This version cannot run on that target',
    explanation: 'The topology is valid, but its target is not one that this version can act on: it runs `target: local`, real processes on this machine.',
    next: 'run the same command with --target local: it rehearses this topology on this machine',
  },
  STATE_NEWER: {
    exit: 1,
    title: 'The state folder was written by a newer Vigie',
    explanation:
      'The folder of this deployment has a newer schema than this version knows. Writing to it could lose what the newer version keeps there, so nothing was read or changed.',
    next: 'use the newer version of vigie, or name another folder with VIGIE_HOME',
  },
  STATE_UNREADABLE: {
    exit: 1,
    title: 'The state folder cannot be used',
    explanation: 'A file of the state folder of this deployment cannot be read or written, or does not hold what it should. Nothing was changed.',
    next: 'mend the file or the permissions named, then run the command again',
  },
  NAME_UNSAFE: {
    exit: 64,
    title: 'A name that cannot be used as a folder',
    explanation:
      'Names of deployments and users become names of files. Letters, digits, dot, underscore and hyphen are allowed, 64 at most, and the first is a letter or a digit.',
    next: 'choose another name',
  },
  LOCKED: {
    exit: 1,
    title: 'Somebody else is changing this deployment',
    explanation: 'One command at a time may change a deployment. The holder is shown; its lock goes away when it ends, however it ends.',
    next: 'wait for it, or run the command again with --wait',
  },
  CREDENTIAL_SOURCE: {
    exit: 1,
    title: 'A password cannot be read from where the topology says',
    explanation: 'The topology names a file or an environment variable for the password of a service user, and it is not there, not readable or empty.',
    next: 'create the file or set the variable named, then run the command again',
  },
  INTERNAL: {
    exit: 1,
    title: 'A defect in Vigie',
    explanation: 'Vigie met a case that it does not know. Nothing more was changed after that point; running the command again is safe.',
    next: 'run the command again with -v and report what it prints',
  },
} satisfies Record<string, CodeText>;

export type Code = keyof typeof table;

export const codes: Record<Code, CodeText> = table;
