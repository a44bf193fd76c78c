#!/bin/bash
# The contract of the ubuntu/squid image: it passes all arguments to squid and prints its access log.
set -e
mkdir -p /var/log/squid /var/spool/squid
chown -R proxy:proxy /var/log/squid /var/spool/squid
touch /var/log/squid/access.log
chown proxy:proxy /var/log/squid/access.log
tail -F /var/log/squid/access.log 2>/dev/null &
exec squid "$@"
