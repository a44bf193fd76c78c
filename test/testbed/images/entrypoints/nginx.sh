#!/bin/sh
# The contract of the official nginx image: before nginx starts, it runs the scripts in /docker-entrypoint.d, and writes
# each /etc/nginx/templates/*.template to /etc/nginx/conf.d with the values of environment variables.
set -eu
if [ "${1:-}" = nginx ] || [ "${1:-}" = nginx-debug ]; then
  for script in /docker-entrypoint.d/*; do
    case "$script" in
      *.envsh) if [ -x "$script" ]; then . "$script"; fi ;;
      *.sh) if [ -x "$script" ]; then "$script"; fi ;;
    esac
  done
  defined=$(env | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/${\1} /p' | tr -d '\n')
  for template in /etc/nginx/templates/*.template; do
    if [ -f "$template" ]; then
      name=$(basename "$template" .template)
      envsubst "$defined" <"$template" >"/etc/nginx/conf.d/$name"
    fi
  done
fi
exec "$@"
