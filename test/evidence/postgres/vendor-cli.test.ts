import { describe, expect, it } from 'vitest';
import { ExternalError } from '../../../src/base/errors.ts';
import { askVendor } from '../../../src/evidence/postgres/vendor-cli.ts';
import type { Runner } from '../../../src/exec/runner.ts';

/** What a command line that answers this is asked, and what is made of its answer. */
async function asked(host: string, by: string, answer: unknown) {
  const commands: string[] = [];
  const run: Runner['run'] = async (program, args) => {
    commands.push([program, ...args].join(' '));
    if (answer instanceof Error) throw answer;
    return { exitCode: 0, stdout: JSON.stringify(answer), stderr: '' };
  };
  const fact = await askVendor(host, by, { runner: { run }, signal: new AbortController().signal });
  return { fact, command: commands[0] };
}

const RDS = 'pg.c9akciq32rgo.eu-central-1.rds.amazonaws.com';
const AURORA = 'pg.cluster-c9akciq32rgo.eu-central-1.rds.amazonaws.com';
const AZURE = 'pg.postgres.database.azure.com';
const google = (availabilityType: string, pointInTimeRecoveryEnabled: boolean) => [
  { settings: { availabilityType, backupConfiguration: { enabled: true, pointInTimeRecoveryEnabled } } },
];

describe("the vendor's own command line", () => {
  it.each<[string, string, unknown, RegExp, object]>([
    [
      RDS,
      'aws-rds',
      [{ standby: true, days: 14, restorable: '…' }],
      /^aws rds describe-db-instances --db-instance-identifier pg --region eu-central-1 /,
      { hasStandby: true, hasBackups: true },
    ],
    [
      RDS,
      'aws-rds',
      [{ standby: false, days: 0, restorable: null }],
      /^aws rds /,
      { hasStandby: false, hasBackups: false },
    ],
    [
      AURORA,
      'aws-aurora',
      [{ standby: true, days: 1 }],
      /^aws rds describe-db-clusters --db-cluster-identifier pg /,
      { hasStandby: true, hasBackups: true },
    ],
    [
      AZURE,
      'azure',
      [{ standby: 'ZoneRedundant', days: 7 }],
      /^az postgres flexible-server list /,
      { hasStandby: true, hasBackups: true },
    ],
    [AZURE, 'azure', [{ standby: 'Disabled', days: 7 }], /^az postgres /, { hasStandby: false, hasBackups: true }],
    [
      '10.1.2.3',
      'gcp-cloud-sql',
      google('REGIONAL', true),
      /^gcloud sql instances list --filter=ipAddresses\.ipAddress=10\.1\.2\.3 /,
      { hasStandby: true, hasBackups: true },
    ],
    ['10.1.2.3', 'gcp-cloud-sql', google('ZONAL', false), /^gcloud sql /, { hasStandby: false, hasBackups: false }],
  ])('%s of %s says %j', async (host, by, answer, words, expected) => {
    const { fact, command } = await asked(host, by, answer);
    expect(command).toMatch(words);
    expect(fact).toEqual({ program: command?.split(' ')[0], ...expected });
  });

  it('that is missing, does not know the server or prints other text gives no evidence', async () => {
    const missing = new ExternalError('aws is not installed', { command: 'aws', stderr: [] });
    expect((await asked(RDS, 'aws-rds', missing)).fact).toBeUndefined();
    expect((await asked(RDS, 'aws-rds', [])).fact).toBeUndefined();
    expect((await asked(RDS, 'aws-rds', 'None')).fact).toBeUndefined();
    expect((await asked(RDS, 'aws-rds', [{}])).fact).toEqual({ program: 'aws' });
  });

  it('is not run for servers of other vendors', async () => {
    expect((await asked('pg.example.internal', 'the database team', [])).command).toBeUndefined();
    expect(
      (await asked('pg.proxy-c9akciq32rgo.eu-central-1.rds.amazonaws.com', 'aws-rds', [])).command,
    ).toBeUndefined();
  });
});
