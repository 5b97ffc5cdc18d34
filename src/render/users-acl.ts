// users.acl of a data node or a Sentinel: the service users with their rights. A seed: afterwards ACL SETUSER and ACL SAVE.

import { rulesFor, usersOn, type Where } from '../desired/users.ts';

/** One line per user, as `ACL LIST` prints it (an ACL file knows no comments). Passwords stand as hashes. */
export function usersAcl(where: Where): string {
  return usersOn(where)
    .map((user) => `user ${user} ${rulesFor(user, where)}\n`)
    .join('');
}
