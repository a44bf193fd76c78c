/** The packages of each tree that services, images and other parts use. `provision` downloads all of them. */
export const DEBIAN_SETS = {
  age: ['age'],
  base: ['bash', 'coreutils', 'dash', 'grep', 'sed', 'findutils', 'libc-bin', 'hostname'],
  chromium: ['chromium-headless-shell', 'fonts-dejavu-core'],
  curl: ['curl', 'ca-certificates'],
  /** dockerd, its containerd and runc, and the program that sets up each container's resolver. */
  docker: ['docker.io', 'iptables'],
  faketime: ['libfaketime'],
  nginx: ['nginx', 'gettext-base'],
  pgbouncer: ['pgbouncer'],
  pgbackrest: ['pgbackrest', 'postgresql-15', 'tzdata', 'util-linux'],
  postgres: ['postgresql-15', 'tzdata', 'util-linux'],
  rclone: ['rclone'],
  redis: ['redis-server', 'redis-tools', 'util-linux'],
  registry: ['docker-registry'],
  shells: ['fish', 'zsh'],
  squid: ['squid'],
  systemd: ['systemd'],
} as const satisfies Readonly<Record<string, readonly string[]>>;
