// How a word is written so that a configuration file takes it literally, whatever it holds: one function per syntax.
// What no quoting can make safe is refused here, so no renderer has to think of it.

import { VigieError } from '../shared/errors.ts';

/** A word of redis.conf or sentinel.conf. Double quotes with escapes (sdssplitargs); plain words stay plain. */
export function redisWord(text: string): string {
  refuseUnwritable(text);
  if (/^[A-Za-z0-9._:/@%+,=~-]+$/.test(text)) return text;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A word of haproxy.cfg, for which no expansion is wanted: single quotes take everything literally.
 *  Not for addresses and socket paths with `$` or `,` in them: HAProxy reads those once more, quoted or not (standard.c, env_expand). */
export function haproxyWord(text: string): string {
  refuseUnwritable(text);
  if (/^[A-Za-z0-9._:/@+=~-]+$/.test(text)) return text;
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `address:port` as HAProxy reads it. */
export function haproxyAddress(address: string, port: number): string {
  return address.includes(':') ? `[${plainAddress(address)}]:${port}` : `${plainAddress(address)}:${port}`;
}

/** An IP address or host name. Neither Sentinel's rewrite nor HAProxy's addresses know quotes. */
export function plainAddress(address: string): string {
  if (/^[A-Za-z0-9.:-]+$/.test(address)) return address;
  throw new VigieError('TOPOLOGY_INVALID', `${JSON.stringify(address)} cannot be an address in a configuration file`, {
    next: 'write an IP address or a host name',
  });
}

/** A name that is written without quotes: node ids (HAProxy server names) and the master's name (Sentinel's own rewrite of its file does not quote it). */
export function plainName(what: string, name: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(name)) return name;
  throw new VigieError('TOPOLOGY_INVALID', `${what} ${JSON.stringify(name)} cannot stand in a configuration file`, {
    next: 'use letters, digits, dot, dash and underscore',
  });
}

function refuseUnwritable(text: string): void {
  if (hasControlCharacter(text)) {
    throw new VigieError('TOPOLOGY_INVALID', `${JSON.stringify(text)} holds a control character and cannot be written into a configuration file`, {
      next: 'take the character out',
    });
  }
  // A mark that somebody typed would be filled with a password (shared/template.ts).
  if (/\{\{(secret|sha256):/.test(text)) {
    throw new VigieError('TOPOLOGY_INVALID', `${JSON.stringify(text)} names a secret where a plain value is wanted`, { next: 'take the {{…}} out' });
  }
}

function hasControlCharacter(text: string): boolean {
  return /[\u0000-\u001f\u007f]/.test(text);
}
