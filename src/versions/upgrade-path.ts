/** What an upgrade to or past a Dify release asks for beside another image. */
export interface UpgradeStep {
  /** The release that brought it. */
  readonly version: string;
  /** Commands for a container of the new api, in their order. */
  readonly commands: readonly string[];
}

/**
 * Dify's release notes and upgrade guides of 1.0.0 (model providers and tools became plugins) and 1.15.0, oldest first. The database itself may skip
 * releases; what Weaviate, PostgreSQL and folders of files need is asked of them, by checks of their own.
 */
export const UPGRADE_STEPS: readonly UpgradeStep[] = [
  {
    version: '1.0.0',
    commands: ['flask extract-plugins', 'flask install-plugins', 'flask migrate-data-for-plugin'],
  },
  { version: '1.15.0', commands: ['flask backfill-plugin-auto-upgrade'] },
];
