echo 'installing packages needs root and there is no sudo; as root: yum install -y redis haproxy' >&2
exit 1
