(
set +e
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
log=$(mktemp) || exit 1
policy=/usr/sbin/policy-rc.d
mark="# Written by vigie while it installs packages; nothing may start meanwhile. New:"
forbid_starts() {
  [ -e "$policy" ] && return 0
  printf "#!/bin/sh\n%s%s\n[ -n \"\$(find %s -mmin -60)\" ] && exit 101\nexit 0\n" "$mark" "$new" "$policy" > "$policy.vigie" &&
    chmod 755 "$policy.vigie" && mv "$policy.vigie" "$policy"
}
allow_starts() { if grep -qs "^$mark" "$policy"; then rm -f "$policy"; fi; }
switch_off_new() {
  for package in $new; do
    for service in $(dpkg -L "$package" 2> /dev/null | sed -n "s|^.*/lib/systemd/system/\([^/@]*\)\.service\$|\1|p"); do
      if [ -d /run/systemd/system ]; then systemctl stop "$service"; elif [ -x "/etc/init.d/$service" ]; then "/etc/init.d/$service" stop; fi
      if command -v systemctl; then systemctl disable "$service"; elif command -v update-rc.d; then update-rc.d "$service" disable; fi
    done
  done < /dev/null > /dev/null 2>&1
}
exec 9> /run/vigie-install.lock && flock 9
new=$(sed -n "s/^$mark//p" "$policy" 2> /dev/null)
allow_starts
trap "switch_off_new; allow_starts; rm -f $log" EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 143" TERM
for package in redis-server redis-sentinel haproxy; do
  case $(dpkg-query -W -f "\${db:Status-Abbrev}" "$package" 2> /dev/null) in ii*) ;; *) new="$new $package" ;; esac
done
forbid_starts
apt() { apt-get -o DPkg::Lock::Timeout=300 "$@" < /dev/null >> "$log" 2>&1 9>&-; }
install_all() { apt install -y --no-install-recommends redis-server redis-sentinel haproxy; }
# Without package lists, or with lists of another day, the names and versions in them cannot be had.
if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name "*_Packages*" 2> /dev/null | head -n 1)" ] ||
  [ -z "$(find /var/lib/apt/lists -maxdepth 0 -mtime -1 2> /dev/null)" ]; then apt update; fi
install_all || { dpkg --configure -a < /dev/null >> "$log" 2>&1 9>&-; apt update; install_all; } || {
  echo "apt-get install redis-server redis-sentinel haproxy failed: $(grep "^E: " "$log" | tail -n 1)" >&2
  exit 1
}
)
