// The second half of the boot gate: what holds a folder and its journal to the truth, and what stays beside a running Redis, to write
// that journal (PROTOCOL 6) and to give a held priority back. POSIX sh, part of the same program as render/gate-program.ts and using
// its functions.

export const homeProgram = `write_journal() { printf '%s\\n' "$1" >journal.new && mv -f journal.new journal; }

# Without data the journal of the last life claims what is not there, and once Redis has written its empty files nobody can tell. The
# role is the one that was found, because the journal becomes the younger witness of it.
claim_nothing() {
  if [ "$data" = yes ] || [ -z "$j_role" ]; then return; fi
  write_journal "$j_id 0 0 $was $j_at" ||
    die "Cannot start: there is no data here, and the journal that claims some could not be rewritten. Next: look at the rights and the free space of $dir, then vigie apply"
  sync journal . 2>/dev/null
  j_offset=0 j_durable=0
}

# redis.conf holds absolute paths, so a copy would run on the data of its original. Redis writes dir with symbolic links resolved: the
# folder must be the same, not its name.
refuse_copy() {
  while read -r key value || [ -n "$key" ]; do
    case $key in dir | pidfile | aclfile) unquote ;; *) continue ;; esac
    if [ "$key" = dir ]; then
      if [ "$value" -ef data ]; then continue; fi
    else
      case $value in
        "$dir"/*) continue ;;
        /*) if [ "\${value%/*}/" -ef . ]; then continue; fi ;;
        *) continue ;;
      esac
    fi
    die "Cannot start: redis.conf of this folder names another folder ($key $value, but this is $dir): this is a copy, or it was moved; here it would run on what belongs to the other. Next: move it back and start it there, or, when the other is gone for good, write $dir into the lines dir, pidfile, logfile and aclfile of $dir/redis.conf, then vigie apply"
  done <redis.conf
}

# A word as Redis writes it: in double quotes, with \\\\, \\" and \\xHH for each byte that is not plain ASCII.
unquote() {
  case $value in
    \\"*) rest=\${value#?} rest=\${rest%\\"} value= ;;
    \\'*) value=\${value#?} value=\${value%\\'}; return ;;
    *) return ;;
  esac
  while [ -n "$rest" ]; do
    letter=\${rest%"\${rest#?}"} rest=\${rest#?}
    case $letter$rest in
      \\\\x[0-9a-fA-F][0-9a-fA-F]*)
        hex=\${rest#x} rest=\${rest#x??}
        letter=$(printf "\\\\$(printf %o "0x\${hex%"\${hex#??}"}")") ;;
      \\\\?*) letter=\${rest%"\${rest#?}"} rest=\${rest#?} ;;
    esac
    value=$value$letter
  done
}
`;

export const companionProgram = `# The companion of a running server, its pid is ours: writes the journal (replication id, offset, offset certainly on disk, role, epoch ms)
# once a second, and gives a held priority back when the link is up. It ends with the server. One lasting redis-cli, because starting
# one each second costs more than all the rest; the login is repeated, because Sentinel cuts all connections at a promotion.
companion() {
  [ -n "$login" ] || get_ready_to_ask || exit
  rm -f gate.owes
  if [ "$held$rewrite" != nono ]; then : >gate.owes; fi
  pulse | "$cli" -h "$address" -p "$port" 2>/dev/null | listen
}

pulse() {
  turns=0
  while :; do
    if [ ! -e gate.owes ]; then nap 1; elif [ "$turns" -lt 100 ]; then nap 0.1; else nap 0.5; fi
    turns=$((turns + 1))
    server_lives || exit
    printf '%s\\n' "$login" 'INFO server' 'INFO replication' 'INFO persistence' PING
  done
}

# A zombie is dead: nobody may ever collect it in a container.
server_lives() {
  kill -0 $$ 2>/dev/null || return 1
  if [ -r /proc/$$/stat ] && read -r stat 2>/dev/null </proc/$$/stat; then
    case \${stat##*) } in Z*) return 1 ;; esac
  fi
}

listen() {
  synced=no settled=no written= age=0 durable=$j_durable process_id=
  while IFS=":$cr" read -r key value rest; do
    case $key in
      '# Server') process_id= loading=1 link=down role= syncing=0 aof=0 aof_busy=no changes=1 replid=- offset=0 now=0 current= ;;
      process_id) process_id=$value ;;
      server_time_usec) now=\${value%???} ;;
      role) role=$value ;;
      master_link_status) link=$value ;;
      master_sync_in_progress) syncing=$value ;;
      slave_repl_offset) offset=$value ;;
      master_repl_offset) if [ "$role" = master ]; then offset=$value; fi ;;
      slave_priority) current=$value ;;
      master_replid) replid=$value ;;
      loading) loading=$value ;;
      rdb_changes_since_last_save) changes=$value ;;
      aof_enabled) aof=$value ;;
      aof_rewrite_in_progress | aof_rewrite_scheduled) if [ "$value" != 0 ]; then aof_busy=yes; fi ;;
      PONG) if [ "$process_id$loading" = "$$"0 ]; then look_inside; fi ;;
    esac
  done
}

look_inside() {
  if [ "$link$role" = upslave ] || [ "$role" = master ]; then
    if [ "$held$rewrite" != nono ]; then give_back; fi
    synced=yes
    # After a full sync the old append-only file stays on disk until the new one is whole.
    if [ "$aof_busy" = no ]; then settled=yes; fi
  elif [ "$syncing" != 0 ]; then
    synced=no settled=no
  fi
  # Until then the journal of the last life stays: it tells what is on disk.
  if [ "$synced$settled" = yesyes ]; then note_down; fi
}

# Done when INFO shows it, whoever did it. The rewrite takes the 0 out of redis.conf, where a rewrite of Sentinel's may have put it, and
# makes redis.conf name the master that the gate found.
give_back() {
  if [ "$held" = yes ] && [ "\${current:-0}" = 0 ]; then
    ask "$address" "$port" "CONFIG SET replica-priority $priority" >/dev/null
    if [ "$role" = slave ]; then return; fi
  fi
  ask "$address" "$port" 'CONFIG REWRITE' >/dev/null
  held=no rewrite=no
  rm -f gate.owes
}

note_down() {
  if [ "$aof" = 1 ]; then durable=$offset
  elif [ "$persistence" = none ]; then durable=0
  elif [ "$changes" = 0 ] || [ "$durable" -gt "$offset" ]; then durable=$offset
  fi
  if [ "$role" = slave ]; then role=replica; fi
  age=$((age + 1))
  if [ "$replid $offset $durable $role" = "$written" ] && [ "$age" -lt 10 ]; then return; fi
  write_journal "$replid $offset $durable $role $now"
  # Once, so that a power loss cannot undo the traces of this start.
  if [ -z "$written" ]; then sync redis.pid journal; fi
  written="$replid $offset $durable $role" age=0
}
`;
