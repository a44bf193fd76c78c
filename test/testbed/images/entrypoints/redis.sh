#!/bin/sh
# The contract of the official redis image: options or a configuration file start redis-server. As root, the script
# makes the user redis the owner of /data and starts the server as this user.
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
