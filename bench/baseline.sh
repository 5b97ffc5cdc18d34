#!/bin/sh
# The stack of the embedded default as a plain shell script would start it: the same files, everything started, then polled for the same
# conditions (replicas in sync, every Sentinel has its quorum, knows all and holds a live link to each, a write goes through HAProxy).
# usage: baseline.sh RENDERED PASSWORD BASE_PORT MASTER_NAME   Prints ready, then waits; ends what it started when it is told to.
set -eu
umask 077
rendered=$1 password=$2 base=$3 name=$4
PATH=$PATH:/usr/sbin:/sbin
sha=$(printf %s "$password" | sha256sum | cut -d' ' -f1)
find "$rendered" -type f -exec sed -i "s/{{secret:[a-z]*}}/$password/g; s/{{sha256:[a-z]*}}/$sha/g" {} +
pids=
trap 'kill $pids 2>/dev/null; wait' EXIT INT TERM
cli() { port=$1; shift; REDISCLI_AUTH=$password redis-cli -h 127.0.0.1 -p "$port" --user vigie "$@" 2>/dev/null; }
until_true() { until "$@"; do sleep 0.02; done; }

answers() { [ "$(cli "$1" PING)" = PONG ]; }
in_sync() { cli "$1" INFO replication | grep -q 'master_link_status:up'; }
linked() { ! printf %s "$1" | grep -qE 'disconnected|s_down'; }
knows_all() {
  cli "$1" SENTINEL CKQUORUM "$name" | grep -q '^OK' || return 1
  peers=$(cli "$1" SENTINEL SENTINELS "$name") replicas=$(cli "$1" SENTINEL REPLICAS "$name") master=$(cli "$1" SENTINEL MASTER "$name")
  [ "$(printf '%s\n' "$peers" | grep -c '^runid$')" = 2 ] && [ "$(printf '%s\n' "$replicas" | grep -c '^runid$')" = 2 ] && linked "$peers$replicas$master"
}
writes() { [ "$(REDISCLI_AUTH=$password redis-cli -h 127.0.0.1 -p "$base" SET bench:ready yes EX 10 2>/dev/null)" = OK ]; }

for n in 1 2 3; do
  # The first sync need not wait, as in the measured tool; the routes are open from the start.
  sed -i 's/^repl-diskless-sync-delay .*/repl-diskless-sync-delay 0/' "$rendered/redis-$n/redis.conf"
done
sed -i '/^backend write/,/^backend read/ s/\(server redis-1 .*\) disabled/\1/; /^backend read/,$ s/\(server redis-[23] .*\) disabled/\1/' "$rendered/proxy-1/haproxy.cfg"
for n in 1 2 3; do
  mkdir -p "$rendered/redis-$n/data"
  redis-server "$rendered/redis-$n/redis.conf" > /dev/null 2>&1 &
  pids="$pids $!"
done
for n in 0 1 2; do until_true answers $((base + 10 + n)); done
for n in 1 2; do until_true in_sync $((base + 10 + n)); done
for n in 1 2 3; do
  redis-server "$rendered/sentinel-$n/sentinel.conf" --sentinel > /dev/null 2>&1 &
  pids="$pids $!"
done
haproxy -db -f "$rendered/proxy-1/haproxy.cfg" > /dev/null 2>&1 &
pids="$pids $!"
for n in 0 1 2; do until_true knows_all $((base + 30 + n)); done
until_true writes
echo ready
wait
