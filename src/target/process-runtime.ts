// How services run without a service manager: a process of its own session, known by service.pid (pid and the time it was born, so
// that a pid used again is never mistaken for it). For the local target; the fragments are POSIX sh.

import { paths } from '../desired/paths.ts';
import type { Service } from '../desired/service.ts';
import { shellQuote } from '../shared/shell.ts';
import type { Runtime } from './target.ts';

const logLimitBytes = 10 * 1024 * 1024;
const stopPollSeconds = 0.02;

export const processRuntime: Runtime = { kind: 'process', start, stop, facts };

/** Does nothing when it runs. The service gets a session and an environment of its own, no input, and none of our open files. */
function start(service: Service): string {
  const program = shellQuote(service.command[0] ?? '');
  return `( # start ${service.id}
set +eu
umask 077
${knowing(service)}
mkdir -p ${shellQuote(service.dir)} && cd ${shellQuote(service.dir)} || fail 'its directory cannot be made or entered'
running && exit 0
PATH=\${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
command -v ${program} >/dev/null || fail "there is no ${service.command[0] ?? ''} on this machine (looked in $PATH)"
${[...service.privateDirs.map(privateDir), ...[service.log, ...service.ownLogs].map((log) => rotate(shellQuote(log)))].join('\n')}
session=$(command -v setsid || command -v nohup) || fail 'there is neither setsid nor nohup on this machine'
# Ends when the service has closed its standard output for its log: service.pid is written by then.
ended=$("$session" sh -c ${shellQuote(launcher)} vigie ${[service.log, ...service.command].map(shellQuote).join(' ')} </dev/null 2>/dev/null &)
running || [ -s service.pid ] || fail 'service.pid could not be written'
)`;
}

/** SIGTERM, then patience. Never SIGKILL: a Redis that takes long is saving. */
function stop(service: Service): string {
  return `( # stop ${service.id}
set +eu
${knowing(service)}
cd ${shellQuote(service.dir)} 2>/dev/null || exit 0
if running; then
  kill -TERM "$pid" || fail "pid $pid could not be asked to stop"
  left=${Math.ceil(service.stopTimeoutMs / 1000 / stopPollSeconds)}
  while running; do
    [ "$left" -gt 0 ] || fail "pid $pid did not stop within ${Math.round(service.stopTimeoutMs / 1000)} s; it was asked, and is not killed: its data might be lost. See ${service.log} in ${service.dir}"
    left=$((left - 1))
    sleep ${stopPollSeconds} 2>/dev/null || { sleep 1; left=$((left - ${Math.round(1 / stopPollSeconds)})); }
  done
fi
rm -f ${paths.servicePid}
)`;
}

/** Lines of `service.ID<tab>key<tab>value`; read by observed/service-facts.ts. A value is one line, whatever a file holds. */
function facts(service: Service): string {
  const files = service.files.map(shellQuote).join(' ');
  return `( # facts ${service.id}
set +eu
${knowing(service)}
tell() { printf 'service.%s\\t%s\\t%s\\n' ${shellQuote(service.id)} "$1" "$2"; }
first() { [ -r "$2" ] && read -r text <"$2" && tell "$1" "$text"; }
[ -e ${shellQuote(service.dir)} ] || { tell state absent; exit 0; }
cd ${shellQuote(service.dir)} || fail 'its directory cannot be entered'
state=stopped
if running; then
  state=running
  if [ -r "/proc/$pid/cmdline" ]; then args=$(tr '\\0' ' ' <"/proc/$pid/cmdline"); else args=$(ps -o args= -p "$pid"); fi
  case $args in *${paths.gate}*) state=waiting ;; esac
  tell pid "$pid"
fi
tell state "$state"
[ ! -e ${shellQuote(service.log)} ] || tell started yes
if [ "$state" != running ] && [ -e ${paths.redisPid} ]; then tell clean no; else tell clean yes; fi
first said ${paths.gateSaid}
first journal ${paths.journal}
if [ -d ${paths.data} ]; then tell data "$(ls -lnR ${paths.data} | awk '/^-/ && /[.](rdb|aof)$/ && !/ temp-[^ ]*$/ { sum += $5 } END { printf "%.0f", sum }')"; fi
${files === '' ? '' : fileFacts(files)}
exit 0
)`;
}

function fileFacts(files: string): string {
  return `set --
for file in ${files}; do if [ -e "$file" ]; then set -- "$@" "$file"; tell file "$file"; fi; done
if [ $# -gt 0 ]; then
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi 2>/dev/null | while read -r sum file; do
    tell sum "$sum $file"
  done
fi`;
}

// In a container the pids are few and used again at once; the boot and the tick of birth tell two processes apart. A zombie is gone.
const born = `born() {
  birth=
  if [ -r "/proc/$1/stat" ]; then
    read -r stat 2>/dev/null <"/proc/$1/stat" || return
    read -r boot </proc/sys/kernel/random/boot_id
    set -- \${stat##*) }
    [ "$1" = Z ] || birth=$boot/\${20}
  elif [ ! -e /proc/self/stat ]; then
    birth=$(ps -o lstart= -p "$1" | tr -s " " "-")
  fi
}`;

/** What every fragment knows: how it fails, and whether the service runs (then `$pid` is it). */
function knowing(service: Service): string {
  return `fail() { printf '%s: %s\\n' ${shellQuote(service.id)} "$1" >&2; exit 1; }
${born}
running() {
  [ -r ${paths.servicePid} ] && read -r pid then <${paths.servicePid} || return 1
  born "$pid"
  [ -n "$birth" ] && [ "$birth" = "$then" ]
}`;
}

// `env -i`: what our environment holds, perhaps a password, must not stay in a process that lives for months.
const launcher = `${born}
exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-
log=$1
shift
born $$
printf "%s %s\\n" $$ "$birth" >${paths.servicePid}.new && mv -f ${paths.servicePid}.new ${paths.servicePid} || exit 1
exec env -i PATH="$PATH" HOME="\${HOME:-/}" LANG="\${LANG:-C}" \${TZ:+"TZ=$TZ"} "$@" >>"$log" 2>&1`;

function privateDir(dir: string): string {
  const word = shellQuote(dir);
  return `mkdir -m 700 ${word} 2>/dev/null || { [ -d ${word} ] && [ ! -h ${word} ] && [ -O ${word} ] && chmod 700 ${word}; } || fail "${dir} is not a private directory of this user"`;
}

function rotate(log: string): string {
  return `if [ -f ${log} ] && [ "$(wc -c <${log})" -gt ${logLimitBytes} ]; then
  for n in 2 1; do [ -e ${log}.$n ] && mv -f ${log}.$n ${log}.$((n + 1)); done
  mv -f ${log} ${log}.1
fi`;
}
