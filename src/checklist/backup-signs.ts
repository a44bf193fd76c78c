/**
 * Programs and images that make backups. Sources: the documentation of PostgreSQL 17 (pg_dump, pg_basebackup), restic,
 * pgBackRest, Barman, WAL-G, Velero, K8up and rclone; images on Docker Hub named after them.
 */
const TOOLS =
  /(^|[^a-z])(pg_?dump(all)?|pg_basebackup|mysqldump|restic|pgbackrest|barman|wal-?g|velero|k8up|rclone|borg(matic)?|kopia|duplicity|postgres-backup[\w-]*|docker-volume-backup|weaviate-backup|qdrant-backup|backup)([^a-z]|$)/i;

/** True if an image or a command line is that of a backup tool. */
export function isBackupWork(image: string, command: readonly string[]): boolean {
  return TOOLS.test(image) || command.some((text) => TOOLS.test(text));
}
