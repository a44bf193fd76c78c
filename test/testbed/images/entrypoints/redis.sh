#!/bin/sh
# The contract of the official redis image: options or a configuration file stand for redis-server; root gives way to
# the user redis, who then owns /data.
set -eu
case "${1:-}" in -* | *.conf) set -- redis-server "$@" ;; esac
case "${1:-}" in
  redis-server | redis-sentinel)
    if [ "$(id -u)" = 0 ]; then
      find . \! -user redis -exec chown redis:redis '{}' +
      exec setpriv --reuid=redis --regid=redis --init-groups "$0" "$@"
    fi
    ;;
esac
if [ "$(umask)" = 0022 ]; then umask 0077; fi
exec "$@"
