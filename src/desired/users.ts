// Who may log in, and with which rights: the service users of a deployment, from the first day and in every profile.
// Rules are written the way `ACL LIST` prints them (Redis 7.0, 7.2, 8.0; Valkey 8), so that drift is a plain comparison.

import { hashMark } from '../shared/template.ts';

export const serviceUsers = ['default', 'vigie', 'replica', 'sentinel', 'proxy', 'exporter', 'gate'] as const;
export type ServiceUser = (typeof serviceUsers)[number];

/** A data node, or a Sentinel: two servers with different commands, so a user has different rules on each. */
export type Where = 'data' | 'sentinel';

/** The rules of a user as `ACL LIST` prints them after `user NAME `, in the order of `normalRules`, with the hash mark of
 *  shared/template.ts for the password. Undefined where this user does not exist. They begin with `on`, so they are also the
 *  arguments of `ACL SETUSER NAME reset …` (split at spaces). */
export function rulesFor(user: ServiceUser, where: Where): string | undefined {
  const rights = rightsOf[user][where];
  return rights === undefined ? undefined : normalRules(`on sanitize-payload #${hashMark(user)} ${rights}`);
}

export function usersOn(where: Where): ServiceUser[] {
  return serviceUsers.filter((user) => rightsOf[user][where] !== undefined);
}

/** Makes two prints of the same rules equal: Redis 7.0 lists single commands in the order of a hash table with a random seed, another one
 *  after each start (measured); 7.2 and later keep what was typed. Sorts every run of single commands by name and touches nothing else. */
export function normalRules(rules: string): string {
  const out: string[] = [];
  let run: string[] = [];
  const endRun = () => {
    out.push(...run.sort(byCommandName));
    run = [];
  };
  // A parenthesis opens or closes a selector: a word of its own here, so that it ends a run too.
  for (const word of rules.replaceAll('(', '( ').replaceAll(')', ' )').split(/ +/)) {
    if (/^[+-][^@]/.test(word) && word !== '+all' && word !== '-all') {
      run.push(word);
    } else {
      endRun();
      if (word !== '') out.push(word);
    }
  }
  endRun();
  return out.join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
}

// Rules of judgement:
// 1. A list of single commands is safer than a category: categories grow with each version. The exceptions are `@all` (the operator) and
//    `@dangerous` (the application: what newer versions call dangerous shall be denied too).
// 2. No more than half of a category's commands as singles, or Redis 7.0 prints the category instead (ACLDescribeSelectorCommandRules).
// 3. Only names that Redis 7.0 knows: an unknown one stops the server at start.
// 4. AUTH, HELLO, QUIT and RESET need no right.
// 5. CONFIG GET shows masterauth in clear text, which reads all data: nobody has it to whom the data is closed, but the gate, whose password
//    lies beside that same file. SLOWLOG GET shows keys and values.

const rightsOf: Record<ServiceUser, Partial<Record<Where, string>>> = {
  // The application. INFO and ROLE are how clients find out where they are; SORT is data work that Redis counts as dangerous.
  // On Sentinels: discovery, as sentinel-aware clients do it. No PUBLISH there: Sentinels believe what is published to them.
  default: {
    data: '~* &* +@all -@dangerous (~* resetchannels -@all +info +role +sort +sort_ro)',
    sentinel: `&* -@all +@pubsub -publish ${commands('ping info role client|setname', 'get-master-addr-by-name master masters replicas slaves sentinels')}`,
  },
  // The operator. Whoever may use ACL SETUSER could grant himself the rest, so nothing is held back for show.
  vigie: { data: '~* &* +@all', sentinel: '~* &* +@all' },
  replica: { data: `resetchannels -@all ${commands('ping psync replconf')}` },
  // On data nodes what valkey#2779 quotes from the documentation, the channel narrowed to the one that Sentinels use, and FAILOVER for Valkey 9.
  // On Sentinels what a Sentinel sends its peers.
  sentinel: {
    data:
      'resetchannels &__sentinel__:hello -@all ' +
      commands('ping info role multi exec slaveof failover subscribe publish config|rewrite client|setname client|kill script|kill'),
    sentinel: `resetchannels &__sentinel__:hello -@all ${commands('ping publish client|setname', 'is-master-down-by-addr')}`,
  },
  // HAProxy's health check on the read endpoint.
  proxy: { data: `resetchannels -@all ${commands('ping')}` },
  exporter: {
    data: `resetchannels -@all ${commands('ping info client|list client|setname cluster|info latency|latest latency|histogram slowlog|len')}`,
    sentinel: `resetchannels -@all ${commands('ping info client|setname', 'ckquorum masters replicas sentinels slaves')}`,
  },
  // The boot gate (render/gate.ts): asks Sentinels and peers before Redis starts, gives a cold-started replica its priority back.
  gate: {
    data: `resetchannels -@all ${commands('ping info role config|get config|rewrite config|set')}`,
    sentinel: `resetchannels -@all ${commands('ping', 'get-master-addr-by-name master replicas sentinels')}`,
  },
};

function commands(plain: string, ofSentinel = ''): string {
  const names = [
    ...plain.split(' '),
    ...ofSentinel
      .split(' ')
      .filter(Boolean)
      .map((name) => `sentinel|${name}`),
  ];
  return names.map((name) => `+${name}`).join(' ');
}

/** A command before its subcommands, whatever the sign. */
function byCommandName(a: string, b: string): number {
  const [nameA, nameB] = [a.slice(1), b.slice(1)];
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0;
}
