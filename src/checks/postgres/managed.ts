/** A provider's own commands for what clients of its PostgreSQL cannot see; `by` matches `postgres.managed.by`. */
interface Provider {
  readonly by: RegExp;
  readonly standby: string;
  readonly backups: string;
}

const PROVIDERS: readonly Provider[] = [
  {
    by: /aurora/i,
    standby: 'aws rds describe-db-clusters --query "DBClusters[].[DBClusterIdentifier,MultiAZ,DBClusterMembers]"',
    backups:
      'aws rds describe-db-clusters --query "DBClusters[].[DBClusterIdentifier,BackupRetentionPeriod,LatestRestorableTime]"',
  },
  {
    by: /aws|rds/i,
    standby:
      'aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,MultiAZ,SecondaryAvailabilityZone]"',
    backups:
      'aws rds describe-db-instances --query "DBInstances[].[DBInstanceIdentifier,BackupRetentionPeriod,LatestRestorableTime]"',
  },
  {
    by: /gcp|google|cloud-?sql/i,
    standby: 'gcloud sql instances list --format="table(name,settings.availabilityType)"',
    backups:
      'gcloud sql instances list --format="table(name,settings.backupConfiguration.enabled,settings.backupConfiguration.pointInTimeRecoveryEnabled)"',
  },
  {
    by: /azure/i,
    standby: 'az postgres flexible-server list --query "[].[name,highAvailability]"',
    backups: 'az postgres flexible-server list --query "[].[name,backup]"',
  },
  { by: /ali|apsara/i, standby: 'aliyun rds DescribeDBInstances', backups: 'aliyun rds DescribeBackupPolicy' },
];

/**
 * The command that shows the standby or the backups of a managed service; an instruction if the provider is not known.
 */
export function shownBy(by: string, what: 'standby' | 'backups'): string {
  const known = PROVIDERS.find((provider) => provider.by.test(by));
  return known?.[what] ?? `check the ${what === 'standby' ? 'failover' : 'backup'} settings of ${by}`;
}
