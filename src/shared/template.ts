// Rendered files name secrets instead of holding them: `{{secret:replica}}` stands for a password, `{{sha256:replica}}` for its hash.
// The act that writes a file fills the names in; the act that reads one back puts the names in again, so that a plan can
// compare and show whole files and never holds a password.

export interface SecretValues {
  /** Clear text and SHA-256 (hex) of the password of a service user; undefined when we do not have it. */
  lookup(user: string): { value: string; sha256: string } | undefined;
  users(): string[];
}

export function secretMark(user: string): string {
  return `{{secret:${user}}}`;
}

export function hashMark(user: string): string {
  return `{{sha256:${user}}}`;
}

/** Puts values where names stand. Throws a plain Error naming the user when one is unknown: the caller guards that before. */
export function fill(text: string, secrets: SecretValues): string {
  return text.replace(/\{\{(secret|sha256):([a-z0-9-]+)\}\}/g, (_, kind: string, user: string) => {
    const found = secrets.lookup(user);
    if (!found) throw new Error(`no credential for user ${user}`);
    return kind === 'secret' ? found.value : found.sha256;
  });
}

/** The reverse of `fill`: every known password and hash in the text becomes its name again. */
export function unfill(text: string, secrets: SecretValues): string {
  let out = text;
  for (const user of secrets.users()) {
    const found = secrets.lookup(user);
    if (!found) continue;
    out = out.replaceAll(found.value, secretMark(user)).replaceAll(found.sha256, hashMark(user));
  }
  return out;
}
