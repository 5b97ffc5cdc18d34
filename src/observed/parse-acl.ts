// ACL LIST → rules by user, without a single password hash: ours become names, foreign ones `#other`.

import { normalRules } from '../desired/users.ts';
import { type SecretValues, hashMark } from '../shared/template.ts';

/** Lines look like `user NAME RULES…`; rules come out in the order of `normalRules`, so that drift is a plain comparison. */
export function parseAcl(lines: string[], secrets: SecretValues): Record<string, string> {
  const owners = new Map(secrets.users().flatMap((user) => ownerOf(user, secrets)));
  const rules: Record<string, string> = {};
  for (const line of lines) {
    const found = /^user (\S+) (.*)$/.exec(line);
    if (!found) continue;
    const [, user = '', text = ''] = found;
    // One password for two users is not ours to hide: the user's own name is preferred where it fits.
    const own = secrets.lookup(user)?.sha256;
    rules[user] = normalRules(
      text.replace(/#([0-9a-f]{64})/g, (_, hash: string) => {
        const owner = hash === own ? user : owners.get(hash);
        return owner === undefined ? '#other' : `#${hashMark(owner)}`;
      }),
    );
  }
  return rules;
}

function ownerOf(user: string, secrets: SecretValues): [string, string][] {
  const found = secrets.lookup(user);
  return found ? [[found.sha256, user]] : [];
}
