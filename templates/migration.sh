# Migrates Dify's database. Ends with 0 only if the migration says that it succeeded: older releases end with 0 after a
# failure too, and a process that finds the lock of another one skips the migration and ends with 0.
log=/tmp/migration.log
while :; do
  { flask upgrade-db 2>&1; echo "exit code $?"; } | tee "$log"
  grep -q '^exit code 0$' "$log" || exit 1
  if grep -q 'Database migration successful' "$log"; then exit 0; fi
  grep -q 'Database migration skipped' "$log" || exit 1
  sleep 5
done
