// The text of the boot gate: a POSIX sh program that asks before Redis starts whether this node may begin as master. It must run
// under dash and busybox alike; render/gate.ts puts the node's own values in front of it.

import { companionProgram, homeProgram } from './gate-companion.ts';

export const gateProgram = `# Rules, in the order of the code:
#  1. One server per directory: while one lives here, this start ends. So it does when redis.conf names the folder of another: a copy.
#  2. Persistence "none" and not stopped cleanly: a dump that is still there is from another time. It is set aside, never loaded.
#  3. Nobody to ask (standalone; a cluster asks its own nodes): start.
#  4. Never ran here, and a permit lies here: the first start of a deployment; start as redis.conf says, ask nobody.
#  5. Never ran here, and redis.conf names a master: start as its replica. An empty replica harms nobody.
#  6. The authority is what a majority of all configured Sentinels says at the highest config epoch. It names another node: follow it.
#     A node that was master keeps a copy of its data first (kept/): the sync will replace it.
#  7. The authority names this node. It starts as master only
#     a. when no failover runs and no other node calls itself master, and
#     b. by a permit: somebody looked at all nodes and decided; or
#     c. when it was master, was stopped cleanly, and its data is here; or
#     d. when there is no other node, or when it never ran, no Sentinel knows a replica of it and no other node holds data.
#     Else, with a replica in reach, it waits until the Sentinels have named another; with none in reach it waits for a person.
#  8. No authority. With a permit it starts as master, whatever it was, but looks around first: while another node in reach calls itself
#     master, it waits. Without one, what was a replica follows the newest master that a Sentinel names, or the one in redis.conf; what
#     was master waits: never a master on its own word.
#  9. Without Sentinels (replication): another node that is master is followed. A permit starts this one as master. What was a replica
#     starts as one. What was master starts with its data, unless a replica in reach is known to hold more; without its data only
#     when every other node answers and holds none.
# Sentinels and replicas never wait for the master, so nobody waits in a circle.
# A replica that ran before has priority 0 until its link is up, so that nobody elects old data after a power loss; so has a new one that
# starts without a permit. The companion (at the end) gives the priority back.
# Whatever starts here without data first takes back what its journal claims, because Redis makes an empty data set look like a full one.

set -u -f
umask 077
cd "$dir" || exit 1
PATH=\${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
export PATH
unset REDISCLI_AUTH VALKEYCLI_AUTH
self=$address/$port
held=no rewrite=no said= login=

main() {
  for program in "$server" "$cli"; do
    command -v "$program" >/dev/null || die "Cannot start: there is no $program on this machine (looked in $PATH). Next: install it, then vigie apply"
  done
  [ -r redis.conf ] || die "Cannot start: there is no redis.conf in $dir. Next: vigie apply writes it"
  runs_already && die "Not started: Redis runs in this directory already, as pid $other."
  [ -d data ] || mkdir data || exit 1
  refuse_copy
  look_at_disk
  if [ "$persistence$clean" = noneno ] && [ -s data/dump.rdb ]; then
    keep stale move || die "Cannot start: the old dump in data/ could not be moved to kept/. Next: look at the rights and the free space of $dir, then vigie apply"
    look_at_disk
  fi
  case $mode in standalone | cluster) start "Starts: there is nobody to ask in mode $mode." ;; esac
  if [ "$never" = yes ] && [ -e permit ]; then start "Starts for the first time, as redis.conf says."; fi
  if [ "$never" = yes ] && [ -n "$follows" ]; then
    hold
    start "Starts for the first time, as a replica of \${follows%/*}:\${follows##*/}."
  fi
  get_ready_to_ask || die "Cannot ask the others: gate.auth is not readable, or this sh would show a password in ps. Next: vigie apply"
  trap 'say "Stopped while it waited."; exit 0' TERM INT HUP
  turns=0
  while :; do
    judge_by_"$mode"
    turns=$((turns + 1))
    if [ "$turns" -lt 120 ]; then nap 0.25; else nap 1; fi
  done
}

# Rules 6 to 8.
judge_by_sentinel() {
  views=$(for one in $sentinels; do view "\${one%/*}" "\${one##*/}" & done; wait)
  heard=0 top=-1 named= votes=0 split=no busy=no known=
  while read -r at epoch flags replicas; do
    [ -n "$at" ] || continue
    heard=$((heard + 1))
    known="$known $replicas"
    case ",$flags," in *,failover_in_progress,*) busy=yes ;; esac
    if [ "$epoch" -gt "$top" ]; then
      top=$epoch named=$at votes=1 split=no
    elif [ "$epoch" = "$top" ]; then
      if [ "$at" = "$named" ]; then votes=$((votes + 1)); else split=yes; fi
    fi
  done <<END
$views
END
  if [ "$split" = yes ] || [ "$votes" -lt "$needed" ]; then
    judge_alone
  elif [ "$named" != "$self" ]; then
    follow "$named" "the Sentinels name it ($votes of $all, config epoch $top)"
  elif [ "$busy" = yes ]; then
    say "Waits: the Sentinels are failing over from this node. It starts as soon as they agree on a master."
  else
    judge_named
  fi
}

# Rule 7: the Sentinels name this node.
judge_named() {
  look_around $known $peers
  if [ -n "$masters" ]; then
    say "Waits: the Sentinels name this node as master, but $masters calls itself master too and may hold newer writes. It starts as soon as the Sentinels have settled it. If they do not: vigie apply"
  elif [ -e permit ]; then
    start_master "by permit; the Sentinels name it too"
  elif [ "$was$clean$data" = masteryesyes ]; then
    start_master "the Sentinels name it, it was stopped cleanly and its data is here"
  elif [ -z "$others" ]; then
    start_master "there is no other node"
  elif [ -z "\${known# }" ] && [ "$never$filled" = yes ]; then
    start_master "it never ran, and no Sentinel knows a replica of it"
  elif [ -n "$reached" ]; then
    say "Waits: the Sentinels name this node as master, but $why_not, and $reached is in reach and may hold more. It starts as a replica as soon as the Sentinels have named another master. If they do not: vigie apply"
  else
    say "Waits: the Sentinels name this node as master, but $why_not, and no replica is in reach to take over. Next: start the replicas, then vigie apply, which decides by the journals of all nodes"
  fi
}

# Rule 8: no majority of the Sentinels agrees.
judge_alone() {
  if [ -e permit ]; then
    look_around $known $peers
    if [ -n "$masters" ]; then
      say "Waits: a permit lies here, but $masters calls itself master and may hold newer writes; $heard of $all Sentinels answer. It follows as soon as the Sentinels name a master. If they do not: vigie apply"
    else
      start_master "by permit; $heard of $all Sentinels answer"
    fi
  elif [ "$was" = replica ]; then
    if [ -z "$named" ] || [ "$named" = "$self" ]; then named=$follows; fi
    if [ -n "$named" ]; then
      follow "$named" "it was a replica; $heard of $all Sentinels answer"
      return
    fi
    say "Waits: it was a replica, but nobody says of whom ($heard of $all Sentinels answer). Next: start the Sentinels, or vigie apply"
  elif [ "$heard" -ge "$needed" ]; then
    say "Waits: the Sentinels do not agree on a master yet. If they do not: vigie apply"
  else
    say "Waits: $heard of $all Sentinels answer, $needed are needed. A node that was master, or was never told whom to follow, does not start on its own word. Next: start the Sentinels, or vigie apply"
  fi
}

# Rule 9: replication without Sentinels.
judge_by_replication() {
  look_around $peers
  case $masters in
    *,*)
      say "Waits: several nodes call themselves master: $masters. Next: make one follow the other, then vigie apply"
      return ;;
    ?*)
      follow "\${masters%:*}/\${masters##*:}" "it is the master now"
      return ;;
  esac
  if [ -e permit ]; then
    start_master "by permit"
  elif [ "$was" = replica ] && [ -n "$follows" ]; then
    start "Starts as a replica of \${follows%/*}:\${follows##*/}, as before."
  elif [ "$data$clean" = yesyes ]; then
    start_master "it was stopped cleanly and its data is here"
  elif [ -n "$ahead" ]; then
    say "Waits: this node was master, but $why_not, and $ahead holds more. Next: vigie apply, or make that node the master"
  elif [ "$data" = yes ] || [ "$silent$filled" = "" ]; then
    start_master "no other node is known to hold more"
  else
    say "Waits: this node has no data, and \${filled:-$silent} may have some. Next: start the other nodes, then vigie apply"
  fi
}

# What lies here: stopped cleanly (Redis takes its pid file away), data, last role, whether it ever ran.
look_at_disk() {
  clean=yes data=no never=no why_not=
  [ -e redis.pid ] && clean=no
  case $persistence in
    aof | both) holds_aof && data=yes ;;
    *) [ -s data/dump.rdb ] && data=yes ;;
  esac
  follows=
  while read -r key value rest; do
    case $key in replicaof | slaveof) follows=$value/$rest ;; esac
  done <redis.conf
  if [ "$follows" = no/one ]; then follows=; fi
  j_id=- j_offset=0 j_durable=0 j_role= j_at=0
  if [ -r journal ]; then read -r j_id j_offset j_durable j_role j_at <journal; fi
  if [ -n "$follows" ]; then was=replica; else was=master; fi
  # The younger of the two tells the role: Sentinel has redis.conf rewritten at each change, the journal is written once a second.
  if [ -n "$j_role" ] && [ journal -nt redis.conf ]; then was=$j_role; fi
  if [ "$clean" = yes ] && [ ! -e journal ] && [ ! -s data/dump.rdb ] && ! holds_aof; then never=yes; fi
  if [ "$data" = no ]; then why_not="its data is gone"
  elif [ "$clean" = no ]; then why_not="it was not stopped cleanly"
  else why_not="it was a replica when it last ran"
  fi
}

holds_aof() {
  set +f
  for file in data/appendonlydir/*; do
    if [ -s "$file" ]; then set -f; return 0; fi
  done
  set -f
  return 1
}

# Asks the nodes given (address/port, repeats and this node left out): who answers, who is master, who holds data, who is silent.
look_around() {
  others=
  for one in "$@"; do
    case " $others $self " in *" $one "*) ;; *) others="$others $one" ;; esac
  done
  sights=$(for one in $others; do sight "\${one%/*}" "\${one##*/}" & done | sort)
  reached= masters= filled= silent= ahead=
  while read -r at role offset keys; do
    [ -n "$at" ] || continue
    at=\${at%/*}:\${at##*/}
    if [ "$role" = silent ]; then silent=\${silent:+$silent, }$at; continue; fi
    reached=\${reached:+$reached, }$at
    if [ "$role" = master ]; then masters=\${masters:+$masters, }$at; fi
    if [ "$keys" = no ]; then continue; fi
    filled=\${filled:+$filled, }$at
    if [ "$data" = no ]; then ahead=$at; fi
    # With an append-only file what was acknowledged is here; without one only what the journal saw on disk is certain.
    case $persistence in rdb | none) if [ -n "$j_role" ] && [ "$offset" -gt "$j_durable" ]; then ahead=$at; fi ;; esac
  done <<END
$sights
END
}

# One line about a node: address/port, role (master, slave, unknown, silent), replication offset, whether it has keys.
sight() {
  ask "$1" "$2" 'INFO replication' 'INFO keyspace' | {
    role=silent offset=0 keys=no
    while IFS=":$cr" read -r key value rest; do
      if [ "$role" = silent ]; then role=unknown; fi
      case $key in
        role) role=$value ;;
        slave_repl_offset | master_repl_offset) offset=$value ;;
        db[0-9]*) keys=yes ;;
      esac
    done
    if [ "$role" = unknown ]; then keys=unknown; fi
    # A master without followers and keys is nobody's master.
    if [ "$role$keys$offset" = masterno0 ]; then role=empty; fi
    echo "$1/$2 $role $offset $keys"
  }
}

# One line about what a Sentinel says: address/port of the master, config epoch, flags, replicas.
view() {
  ask "$1" "$2" "SENTINEL MASTER $master_name" "SENTINEL REPLICAS $master_name" | {
    ip= tcp= epoch= flags= replicas= row=0
    read -r ok
    while read -r key && read -r value; do
      case $key in
        name) row=$((row + 1)) ;;
        ip) if [ "$row" = 1 ]; then ip=$value; else replica=$value; fi ;;
        port) if [ "$row" = 1 ]; then tcp=$value; else replicas="$replicas $replica/$value"; fi ;;
        flags) if [ "$row" = 1 ]; then flags=$value; fi ;;
        config-epoch) if [ "$row" = 1 ]; then epoch=$value; fi ;;
      esac
    done
    case $epoch in '' | *[!0-9]*) exit ;; esac
    echo "$ip/$tcp $epoch $flags$replicas"
  }
}

# Asks a server: commands line by line, answers on standard output; nothing when it does not answer within a second.
# The password goes by standard input, from a builtin: never through the arguments or the environment of a process.
ask() {
  host=$1 tcp_port=$2
  shift 2
  { printf '%s\\n' "$login" "$@"; } | bounded "$cli" -h "$host" -p "$tcp_port" 2>/dev/null
}

get_ready_to_ask() {
  case $(command -v printf) in /*) return 1 ;; esac
  [ -r gate.auth ] && read -r rest <gate.auth || return 1
  cr=$(printf '\\r') word=
  while [ -n "$rest" ]; do
    letter=\${rest%"\${rest#?}"}
    rest=\${rest#?}
    case $letter in '"' | \\\\) word=$word\\\\ ;; esac
    word=$word$letter
  done
  login="AUTH gate \\"$word\\""
  bounded=$(command -v timeout) || bounded=
}

bounded() {
  if [ -n "$bounded" ]; then
    "$bounded" 1 "$@"
  else
    exec 3<&0
    "$@" <&3 3<&- &
    asked=$!
    exec 3<&-
    (sleep 1; kill "$asked") </dev/null >/dev/null 2>&1 &
    wait "$asked"
    kill $! 2>/dev/null
  fi
}

nap() { sleep "$1" 2>/dev/null || sleep 1; }

# The last sentence, for those who look (gate.said) and for the log.
say() {
  if [ "$1" = "$said" ]; then return; fi
  said=$1
  printf '%s\\n' "$1" >gate.said
  log "$1"
}

log() { printf '%s gate: %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1"; }

die() {
  say "$1"
  exit 1
}

runs_already() {
  [ -r redis.pid ] && read -r other <redis.pid || return 1
  # In a container every start has the same pid.
  [ "$other" != "$$" ] && kill -0 "$other" 2>/dev/null || return 1
  if [ -e "/proc/$other/cwd" ]; then [ "/proc/$other/cwd" -ef data ]; return; fi
  case $(ps -o args= -p "$other" 2>/dev/null) in *"$server"*":$port" | *"$server"*":$port "*) return 0 ;; esac
  return 1
}

hold() { if [ "$priority" != 0 ]; then held=yes; fi; }

follow() {
  if [ "$was$data" = masteryes ]; then
    if ! keep diverged link; then
      say "Waits: this node must follow \${1%/*}:\${1##*/}, and its own data could not be copied to kept/ first. Next: make room in $dir, or move its data away"
      return
    fi
    # Said once: the next start must not take what was synced since for a master's own data.
    if [ -n "$j_role" ]; then write_journal "$j_id $j_offset $j_durable replica $j_at"; fi
  fi
  if [ "$mode" = sentinel ]; then hold; fi
  rewrite=yes was=replica
  start "Starts as a replica of \${1%/*}:\${1##*/}: $2." --replicaof "\${1%/*}" "\${1##*/}"
}

start_master() { start "Starts as master: $1." --replicaof no one; }

start() {
  sentence=$1
  shift
  claim_nothing
  if [ -e permit ]; then rm -f permit; fi
  printf '%s\\n' "$sentence" >gate.said
  if [ "$held" = yes ]; then set -- "$@" --replica-priority 0; fi
  # Twice forked, so that it is no child of the server.
  ({ log "$sentence"; companion </dev/null >/dev/null 2>&1; } &)
  trap - TERM INT HUP
  exec "$server" ./redis.conf "$@"
}

# keep REASON link|move: sets the data files aside in kept/TIME-REASON, with a note; the newest three of a reason stay.
keep() {
  stamp=$(date -u +%Y%m%dT%H%M%SZ)
  to=kept/$stamp-$1
  while [ -e "$to" ]; do to=\${to%-*}+-$1; done
  rm -rf kept/.new
  mkdir -p kept/.new || return 1
  (cd data && find . -type f ! -name 'temp-*') | while IFS= read -r file; do
    mkdir -p "kept/.new/\${file%/*}" || exit 1
    case $2:$file in
      # Redis goes on writing into these, so a link would change with them.
      link:*.incr.aof | link:*/appendonly.aof) cp -p "data/$file" "kept/.new/$file" || exit 1 ;;
      *) ln "data/$file" "kept/.new/$file" 2>/dev/null || cp -p "data/$file" "kept/.new/$file" || exit 1 ;;
    esac
  done || return 1
  bytes=$(ls -lnR kept/.new | awk '/^-/ { sum += $5 } END { printf "%d", sum }')
  printf 'reason %s\\nreplication-id %s\\noffset %s\\ndurable-offset %s\\nrole %s\\njournal-ms %s\\nbytes %s\\n' \\
    "$1" "$j_id" "$j_offset" "$j_durable" "\${j_role:-$was}" "$j_at" "$bytes" >kept/.new/note || return 1
  mv kept/.new "$to" || return 1
  if [ "$2" = move ]; then rm -f data/dump.rdb; fi
  ls kept | grep -e "-$1\\$" | sort -r | tail -n +4 | while IFS= read -r old; do rm -rf "kept/$old"; done
  said=
  say "Set $bytes bytes of $1 data aside in $dir/$to."
}

${homeProgram}
${companionProgram}
main
`;
