import { describe, expect, it } from 'vitest';
import { parseHaproxy } from './parse-haproxy.ts';

const columns =
  'be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr srv_agent_addr srv_agent_port';

/** HAProxy 2.6.12, `show stat` cut to the columns before `stot`. */
const answer = `Name: HAProxy
Version: 2.6.12-1+deb12u4
Pid: 1495
Uptime: 0d 0h00m01s
Uptime_sec: 61
Stopping: 0
Build info: 2.6.12-1+deb12u4

1
# ${columns}
3 write 1 redis-1 127.0.0.1 2 4 1 1 7 1 0 0 8 0 0 0 - 26390 - 0 0 - - 0
3 write 2 redis-2 127.0.0.1 2 12 1 1 0 1 0 0 8 0 0 0 - 26391 - 0 0 - - 0
3 write 3 hold 127.0.0.1 0 5 1 1 1 1 0 0 8 0 0 0 - 1 - 0 0 - - 0
4 read 1 redis-1 127.0.0.1 0 4 1 1 0 8 2 0 6 0 0 0 - 26390 - 0 0 - - 0
4 read 2 redis-2 127.0.0.1 2 0 1 1 0 8 2 0 6 0 0 0 - 26391 - 0 0 - - 0
5 other 1 x 127.0.0.1 2 0 1 1 0 8 2 0 6 0 0 0 - 80 - 0 0 - - 0

# pxname,svname,qcur,qmax,scur,smax,slim,stot,
write-endpoint,FRONTEND,,,5,0,9985,0,
write,redis-1,0,0,3,3,,9,
write,redis-2,0,0,1,1,,1,
write,hold,0,0,0,0,,0,
read,redis-1,0,0,0,0,,0,
read,redis-2,0,0,2,2,,2,
`;

describe('the answer of HAProxy 2.6.12', () => {
  const facts = parseHaproxy(answer);

  it('names the process', () => {
    expect(facts).toMatchObject({ version: '2.6.12-1+deb12u4', pid: 1495, uptimeSeconds: 61 });
  });

  it.each([
    ['write', 'redis-1', 'open', 26390, 3, 7],
    ['write', 'redis-2', 'drain', 26391, 1, 0],
    ['write', 'hold', 'maint', 1, 0, 1],
    ['read', 'redis-1', 'down', 26390, 0, 0],
    ['read', 'redis-2', 'open', 26391, 2, 0],
  ])('%s/%s is %s', (backend, node, state, port, sessions, sinceSeconds) => {
    expect(facts.servers).toContainEqual({ backend, node, address: '127.0.0.1', port, state, sinceSeconds, sessions });
  });

  it('leaves out what is not ours', () => {
    expect(facts.servers).toHaveLength(5);
  });
});

it('refuses an answer of something else', () => {
  expect(() => parseHaproxy('Permission denied')).toThrow('Permission denied');
});
