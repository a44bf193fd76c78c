/** A command of an upgrade, run in a container of the new API. */
interface UpgradeCommand {
  readonly command: string;
  /** A text in the output that proves success. Undefined: only the exit code decides. */
  readonly succeeds?: string;
  /** A text in the output that means failure, even with exit code 0. */
  readonly fails?: string;
  /** True if a second run changes nothing. */
  readonly idempotent: boolean;
}

/** A requirement of an upgrade to or past a Dify release, besides new images. */
export interface UpgradeStep {
  /** The release that introduced it. */
  readonly version: string;
  /**
   * `hard stop`: a step outside of Dify before the upgrade. `commands`: commands after it. `settings`: difyctl renders
   * them.
   */
  readonly kind: 'hard stop' | 'commands' | 'settings';
  /** What to do, in one sentence. */
  readonly text: string;
  readonly commands: readonly UpgradeCommand[];
  /** What a backup must also contain from this release on. */
  readonly backup: readonly string[];
  readonly source: string;
}

/** Every step, oldest first. Only a restore can undo a step: Dify's migrations cannot be reversed. */
export const UPGRADE_STEPS: readonly UpgradeStep[] = [
  {
    version: '1.0.0',
    kind: 'commands',
    text: 'model providers and tools become plugins',
    commands: [
      { command: 'flask extract-plugins', succeeds: 'completed.', idempotent: true },
      { command: 'flask install-plugins', succeeds: 'completed.', idempotent: true },
      { command: 'flask migrate-data-for-plugin', succeeds: 'completed.', idempotent: false },
    ],
    backup: ['the plugin daemon’s database and package store'],
    source: 'release notes of Dify 1.0.0',
  },
  {
    version: '1.9.2',
    kind: 'hard stop',
    text: 'Weaviate must be 1.27 or newer and reachable by gRPC: the client is v4',
    commands: [],
    backup: [],
    source: 'docs.dify.ai, Weaviate v4 migration',
  },
  {
    version: '1.10.1',
    kind: 'hard stop',
    text: 'local files must belong to user 1001: the api no longer runs as root',
    commands: [],
    backup: [],
    source: 'release notes of Dify 1.10.1',
  },
  {
    version: '1.15.0',
    kind: 'commands',
    text: 'plugins get a setting for automatic upgrades',
    commands: [
      { command: 'flask backfill-plugin-auto-upgrade', succeeds: 'failed=0', fails: 'failed=', idempotent: true },
    ],
    backup: [],
    source: 'release notes of Dify 1.15.0',
  },
  {
    version: '1.16.0',
    kind: 'settings',
    text: 'the agent backend and its sandbox are new, with three secrets',
    commands: [],
    backup: ['DIFY_AGENT_SERVER_SECRET_KEY'],
    source: 'release notes of Dify 1.16.0',
  },
  {
    version: '1.17.0',
    kind: 'hard stop',
    text: 'a MySQL database must be utf8mb4, or the migration fails',
    commands: [],
    backup: [],
    source: 'BorisPolonsky/dify-helm pull request 455',
  },
  {
    version: '1.17.1',
    kind: 'hard stop',
    text: 'upgrade Weaviate from 1.27 to 1.39 one minor release at a time, with Dify stopped',
    commands: [],
    backup: [],
    source: 'docs.dify.ai, Weaviate server migration path',
  },
  {
    version: '1.18.0',
    kind: 'settings',
    text: 'api, worker, agent backend and local sandbox must have images of one release, and PASSWORD_PEPPER is kept',
    commands: [],
    backup: ['PASSWORD_PEPPER'],
    source: 'release notes of Dify 1.18.0',
  },
];
