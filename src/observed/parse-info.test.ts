import { describe, expect, it } from 'vitest';
import { parseInfo, parseRedis } from './parse-info.ts';

const server = '# Server\r\nredis_version:7.0.15\r\nprocess_id:1237\r\nrun_id:ee7c4f6348e74be2d11bd00c9fd5e3b889e60e07\r\nuptime_in_seconds:2\r\n';
const memory = '# Memory\r\nused_memory:1064480\r\n';
const replid = 'master_replid:f3614af7aa4cb3338c86034e91561b731ca3715d\r\n';

const master = `${server}${memory}# Replication\r\nrole:master\r\nconnected_slaves:2\r\nslave0:ip=127.0.0.1,port=26391,state=online,offset=163,lag=0\r\nslave1:ip=::1,port=26392,state=wait_bgsave,offset=0,lag=-1\r\n${replid}master_repl_offset:177\r\n# Keyspace\r\ndb0:keys=5,expires=0,avg_ttl=0\r\ndb3:keys=2,expires=1,avg_ttl=0\r\n`;

function replica(link: string): string {
  return `${server}${memory}# Replication\r\nrole:slave\r\nmaster_host:127.0.0.1\r\nmaster_port:26390\r\n${link}slave_repl_offset:214\r\n${replid}master_repl_offset:300\r\n`;
}

describe('a master', () => {
  it('is told with its replicas and keys', () => {
    const facts = parseRedis({ info: master, role: ['master', '177', ''], config: { maxmemory: '0', save: '' }, acl: {} });
    expect(facts).toMatchObject({
      engine: 'redis',
      version: '7.0.15',
      runId: 'ee7c4f6348e74be2d11bd00c9fd5e3b889e60e07',
      pid: 1237,
      uptimeSeconds: 2,
      role: 'master',
      link: 'master',
      replicationId: 'f3614af7aa4cb3338c86034e91561b731ca3715d',
      offset: 177,
      keys: 7,
      usedMemoryBytes: 1_064_480,
      config: { maxmemory: '0', save: '' },
      replicas: [
        { address: '127.0.0.1', port: 26391, state: 'online', offset: 163, lagSeconds: 0 },
        { address: '::1', port: 26392, state: 'wait_bgsave', offset: 0, lagSeconds: -1 },
      ],
    });
    expect(facts.master).toBeUndefined();
    expect(facts.linkDownSeconds).toBeUndefined();
  });
});

describe('the link of a replica', () => {
  const up = 'master_link_status:up\r\nmaster_sync_in_progress:0\r\n';
  const down = 'master_link_status:down\r\nmaster_sync_in_progress:0\r\nmaster_link_down_since_seconds:12\r\n';
  const never = 'master_link_status:down\r\nmaster_sync_in_progress:0\r\nmaster_link_down_since_seconds:-1\r\n';
  const syncing = 'master_link_status:down\r\nmaster_sync_in_progress:1\r\nmaster_link_down_since_seconds:-1\r\n';
  it.each([
    [up, 'connected', 'up', undefined],
    [down, 'connect', 'down', 12],
    [down, 'connecting', 'connecting', 12],
    [never, 'handshake', 'connecting', undefined],
    [never, 'sync', 'syncing', undefined],
    [syncing, 'sync', 'syncing', undefined],
    [never, 'none', 'down', undefined],
  ])('%j with ROLE %s is %s', (info, state, link, since) => {
    const facts = parseRedis({ info: replica(info), role: ['slave', '127.0.0.1', '26390', state, '214'], config: {}, acl: {} });
    expect(facts).toMatchObject({ role: 'replica', link, offset: 214, master: { address: '127.0.0.1', port: 26390 }, replicas: [] });
    expect(facts.linkDownSeconds).toBe(since);
  });
});

it('tells Valkey by its own version', () => {
  const info = `redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.1\r\nrole:master\r\nmaster_repl_offset:1\r\n`;
  expect(parseRedis({ info, role: ['master'], config: {}, acl: {} })).toMatchObject({ engine: 'valkey', version: '8.1.1' });
});

it('keeps colons and empty values of INFO', () => {
  expect(parseInfo('# Server\r\nconfig_file:\r\nexecutable:/opt/a:b\r\nnonsense\r\n')).toEqual({ config_file: '', executable: '/opt/a:b' });
});
