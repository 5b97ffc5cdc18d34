// CONFIG GET * → settings by name, without the passwords that it shows in clear text.

import { type SecretValues, unfill } from '../shared/template.ts';

/** Settings whose value is a secret, ours or not. */
const secretSettings = new Set(['masterauth', 'primaryauth', 'requirepass', 'tls-key-file-pass', 'tls-client-key-file-pass']);

/** `list` is the flat reply. A password of ours becomes its name (shared/template.ts), a foreign one `***`. */
export function parseConfig(list: string[], secrets: SecretValues): Record<string, string> {
  const config: Record<string, string> = {};
  for (let n = 0; n + 1 < list.length; n += 2) {
    const name = list[n] as string;
    const value = unfill(list[n + 1] as string, secrets);
    config[name] = secretSettings.has(name) && value !== '' && !/^\{\{secret:[a-z0-9-]+\}\}$/.test(value) ? '***' : value;
  }
  return config;
}
