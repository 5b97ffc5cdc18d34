// How the programs get onto a machine: which packages, and a POSIX sh program that installs them without leaving their own default
// services running or enabled. For `up --install`, `install-packages` and the install step.

import { shellQuote } from '../shared/shell.ts';

export type PackageManager = 'apt' | 'dnf' | 'yum' | 'brew';
export type Need = 'server' | 'haproxy';

export interface InstallPlan {
  /** POSIX sh, a whole program and a fragment alike. Reads no standard input, prints nothing when it worked; else one line on stderr and a status other than 0. */
  program: string;
  /** What a person would type to get the same packages. */
  display: string;
  packages: string[];
}

const names: Record<PackageManager, Record<'redis' | 'valkey' | 'haproxy', string[]>> = {
  apt: { redis: ['redis-server', 'redis-sentinel'], valkey: ['valkey-server', 'valkey-sentinel'], haproxy: ['haproxy'] },
  dnf: { redis: ['redis'], valkey: ['valkey'], haproxy: ['haproxy'] },
  yum: { redis: ['redis'], valkey: ['valkey'], haproxy: ['haproxy'] },
  brew: { redis: ['redis'], valkey: ['valkey'], haproxy: ['haproxy'] },
};

export function packagesFor(manager: PackageManager, engine: 'redis' | 'valkey', needs: Need[]): string[] {
  return [...(needs.includes('server') ? names[manager][engine] : []), ...(needs.includes('haproxy') ? names[manager].haproxy : [])];
}

/** `root`: the program will run as root. `sudo`: it will not, but sudo is there. With neither it only says what root would have to type. */
export function installPlan(manager: PackageManager, packages: string[], options: { root: boolean; sudo: boolean }): InstallPlan {
  const words = packages.map(shellQuote).join(' ');
  if (manager === 'brew') return { program: brewProgram(words), display: `brew install ${words}`, packages };
  const asRoot = `${manager === 'apt' ? 'apt-get update && apt-get' : manager} install -y ${words}`;
  const body = manager === 'apt' ? aptProgram(words) : rpmProgram(manager, words);
  if (options.root) return { program: body, display: asRoot, packages };
  if (options.sudo)
    return {
      program: `sudo sh -c ${shellQuote(body)} < /dev/null\n`,
      display: asRoot.replaceAll(manager === 'apt' ? 'apt-get' : manager, (name) => `sudo ${name}`),
      packages,
    };
  const display = `su -c ${shellQuote(asRoot)}`;
  return { program: `echo ${shellQuote(`installing packages needs root and there is no sudo; as root: ${asRoot}`)} >&2\nexit 1\n`, display, packages };
}

// A policy-rc.d that forbids starts is Debian's own way to install a service without running it. It must never outlive us: a trap removes
// it, a leftover (we were killed) is removed next time, and it stops forbidding by itself an hour later. It also notes which packages are
// new, so that whoever finds a leftover still switches them off. A policy that is not ours is left alone, which is why new services are
// stopped as well as disabled. What was installed before is never touched.
// No single quotes in this text: sudo takes it as one word.
function aptProgram(words: string): string {
  return `(
set +e
umask 022
export DEBIAN_FRONTEND=noninteractive LC_ALL=C
log=$(mktemp) || exit 1
policy=/usr/sbin/policy-rc.d
mark="# Written by vigie while it installs packages; nothing may start meanwhile. New:"
forbid_starts() {
  [ -e "$policy" ] && return 0
  printf "#!/bin/sh\\n%s%s\\n[ -n \\"\\$(find %s -mmin -60)\\" ] && exit 101\\nexit 0\\n" "$mark" "$new" "$policy" > "$policy.vigie" &&
    chmod 755 "$policy.vigie" && mv "$policy.vigie" "$policy"
}
allow_starts() { if grep -qs "^$mark" "$policy"; then rm -f "$policy"; fi; }
${switchOffNew('dpkg -L "$package"')}
exec 9> /run/vigie-install.lock && flock 9
new=$(sed -n "s/^$mark//p" "$policy" 2> /dev/null)
allow_starts
trap "switch_off_new; allow_starts; rm -f $log" EXIT
trap "exit 129" HUP
trap "exit 130" INT
trap "exit 143" TERM
for package in ${words}; do
  case $(dpkg-query -W -f "\\\${db:Status-Abbrev}" "$package" 2> /dev/null) in ii*) ;; *) new="$new $package" ;; esac
done
forbid_starts
apt() { apt-get -o DPkg::Lock::Timeout=300 "$@" < /dev/null >> "$log" 2>&1 9>&-; }
install_all() { apt install -y --no-install-recommends ${words}; }
# Without package lists, or with lists of another day, the names and versions in them cannot be had.
if [ -z "$(find /var/lib/apt/lists -maxdepth 1 -name "*_Packages*" 2> /dev/null | head -n 1)" ] ||
  [ -z "$(find /var/lib/apt/lists -maxdepth 0 -mtime -1 2> /dev/null)" ]; then apt update; fi
install_all || { dpkg --configure -a < /dev/null >> "$log" 2>&1 9>&-; apt update; install_all; } || {
  echo "apt-get install ${words} failed: $(grep "^E: " "$log" | tail -n 1)" >&2
  exit 1
}
)
`;
}

// dnf and yum start nothing by themselves; a preset may enable.
function rpmProgram(manager: 'dnf' | 'yum', words: string): string {
  return `(
set +e
umask 022
export LC_ALL=C
log=$(mktemp) || exit 1
${switchOffNew('rpm -ql "$package"')}
new=
trap "switch_off_new; rm -f $log" EXIT
for package in ${words}; do rpm -q "$package" > /dev/null 2>&1 || new="$new $package"; done
${manager} install -y ${words} < /dev/null >> "$log" 2>&1 || {
  echo "${manager} install ${words} failed: $(grep . "$log" | tail -n 1)" >&2
  exit 1
}
)
`;
}

// `systemctl disable` works on files, also where systemd does not run.
function switchOffNew(listFiles: string): string {
  return `switch_off_new() {
  for package in $new; do
    for service in $(${listFiles} 2> /dev/null | sed -n "s|^.*/lib/systemd/system/\\([^/@]*\\)\\.service\\$|\\1|p"); do
      if [ -d /run/systemd/system ]; then systemctl stop "$service"; elif [ -x "/etc/init.d/$service" ]; then "/etc/init.d/$service" stop; fi
      if command -v systemctl; then systemctl disable "$service"; elif command -v update-rc.d; then update-rc.d "$service" disable; fi
    done
  done < /dev/null > /dev/null 2>&1
}`;
}

// Homebrew starts nothing (that would be `brew services`), and refuses to run as root by itself.
function brewProgram(words: string): string {
  return `(
set +e
log=$(mktemp) || exit 1
trap "rm -f $log" EXIT
HOMEBREW_NO_ENV_HINTS=1 brew install ${words} < /dev/null > "$log" 2>&1 || {
  echo "brew install ${words} failed: $(grep "^Error: " "$log" | tail -n 1)" >&2
  exit 1
}
)
`;
}
