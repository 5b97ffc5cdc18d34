// One readable POSIX sh program that tells what a machine is, has and listens on, and how each service on it fares. Read by
// observed/parse-machine.ts and observed/service-facts.ts; it starts no more processes than it must (a look is repeated often).

import type { Node } from '../desired/deployment.ts';
import { shellQuote } from '../shared/shell.ts';

/** Lines of fields separated by tabs; the first field is the kind of fact. `fragments` are the runtime's, one
 *  per service, each of which ends with a line `end ID STATUS`. */
export function machineProgram(ports: number[], fragments: { id: string; fragment: string }[]): string {
  return `LC_ALL=C
PATH="$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/sbin:/opt/homebrew/bin"
export LC_ALL PATH
# Services side by side: each costs processes. Every line names its service, so the order does not matter.
${fragments.map(serviceSection).join('\n')}

for name in redis-server redis-cli valkey-server valkey-cli haproxy; do
  if path=$(command -v "$name"); then printf 'binary\\t%s\\t%s\\n' "$name" "$path"; fi
done

printf 'kernel\\t%s\\n' "$(uname -sr)"
if [ -r /etc/os-release ]; then
  (. /etc/os-release && printf 'os\\t%s\\n' "$PRETTY_NAME")
fi
printf 'uid\\t%s\\n' "$(id -u)"
for name in sudo apt-get dnf yum brew; do
  if command -v "$name" > /dev/null; then printf 'has\\t%s\\n' "$name"; fi
done

# Who listens on the ports that are needed.
if [ -r /proc/net/tcp ]; then
  awk -v want=' ${ports.map(hexPort).join(' ')} ' '
    $4 == "0A" { n = split($2, part, ":"); if (index(want, " " part[n] " ")) print "inode\\t" part[n] "\\t" $10 }
  ' /proc/net/tcp /proc/net/tcp6 2> /dev/null
elif command -v lsof > /dev/null; then
  lsof -nP -iTCP -sTCP:LISTEN -Fpcn 2> /dev/null | sed 's/^/lsof\t/'
fi
wait
`;
}

/** Which process holds the listening sockets with these inodes (Linux): asked only when a port is held by somebody who is not ours, because
 *  it looks at every open file of every process that we may see. */
export function holdersProgram(inodes: string[]): string {
  return `LC_ALL=C
export LC_ALL
ls -l /proc/[0-9]*/fd 2> /dev/null | awk -v want=' ${inodes.join(' ')} ' '
  /^\\/proc\\// { split($1, part, "/"); pid = part[3] }
  / -> socket:\\[/ { inode = $NF; gsub(/[^0-9]/, "", inode); if (index(want, " " inode " ")) print inode, pid }
' | while read -r inode pid; do
  if IFS= read -r name < "/proc/$pid/comm"; then printf 'holder\\t%s\\t%s\\t%s\\n' "$inode" "$pid" "$name"; fi
done
`;
}

/** Every port that the deployment needs on the machine of these nodes. */
export function portsOf(node: Node): number[] {
  return node.kind === 'proxy' ? [node.port, node.readPort, node.statsPort, node.healthPort] : [node.port];
}

function serviceSection({ id, fragment }: { id: string; fragment: string }): string {
  return `{
${fragment}
  printf 'end\\t%s\\t%s\\n' ${shellQuote(id)} "$?"
} 2>&1 < /dev/null &`;
}

function hexPort(port: number): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}
