(
set +e
log=$(mktemp) || exit 1
trap "rm -f $log" EXIT
HOMEBREW_NO_ENV_HINTS=1 brew install redis haproxy < /dev/null > "$log" 2>&1 || {
  echo "brew install redis haproxy failed: $(grep "^Error: " "$log" | tail -n 1)" >&2
  exit 1
}
)
