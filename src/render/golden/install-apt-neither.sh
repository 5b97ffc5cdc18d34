echo 'installing packages needs root and there is no sudo; as root: apt-get update && apt-get install -y redis-server redis-sentinel haproxy' >&2
exit 1
