import { boundedJson } from '../../base/bounded-json.ts';
import { ExternalError } from '../../base/errors.ts';
import { compact, isObject } from '../../base/json.ts';
import type { CollectContext } from '../evidence.ts';
import type { VendorFact } from './vendor-facts.ts';

interface Question {
  readonly program: string;
  readonly args: readonly string[];
  /** Fields are undefined if the answer does not have them. */
  readonly read: (answer: Record<string, unknown>) => Omit<VendorFact, 'program'>;
}

const LIMIT_MS = 8_000;

/**
 * What the vendor's CLI says of a managed server, with the operator's login. Returns undefined if no CLI is known for
 * this address, it is not installed or not logged in, or it does not know the server.
 */
export async function askVendor(
  host: string,
  by: string,
  { runner, signal }: Pick<CollectContext, 'runner' | 'signal'>,
): Promise<VendorFact | undefined> {
  const question = questionFor(host, by);
  if (question === undefined) return undefined;
  const { program, args, read } = question;
  try {
    const { stdout } = await runner.run(program, args, { timeoutMs: LIMIT_MS, signal });
    const answer: unknown = boundedJson(stdout);
    const first: unknown = Array.isArray(answer) ? answer[0] : answer;
    return isObject(first) ? { program, ...read({ ...first }) } : undefined;
  } catch (error) {
    if (error instanceof ExternalError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function questionFor(host: string, by: string): Question | undefined {
  const amazon = /^([^.]+)\.([^.]+)\.([^.]+)\.rds\.amazonaws\.com$/.exec(host);
  if (amazon !== null) return askAmazon(amazon[1] ?? '', amazon[2] ?? '', amazon[3] ?? '');
  if (host.endsWith('.postgres.database.azure.com')) return askAzure(host);
  return /gcp|google|cloud-?sql/i.test(by) ? askGoogle(host) : undefined;
}

/**
 * `name.cluster-hash.region` is an Aurora or Multi-AZ cluster; `name.proxy-hash.region` is neither a cluster nor an
 * instance.
 */
function askAmazon(name: string, hash: string, region: string): Question | undefined {
  if (hash.startsWith('proxy-')) return undefined;
  const isCluster = hash.startsWith('cluster-');
  const [noun, list] = isCluster ? ['cluster', 'DBClusters'] : ['instance', 'DBInstances'];
  const fields = '{standby: MultiAZ, days: BackupRetentionPeriod, restorable: LatestRestorableTime}';
  const asked = ['rds', `describe-db-${noun}s`, `--db-${noun}-identifier`, name, '--region', region];
  return {
    program: 'aws',
    args: [...asked, '--query', `${list}[].${fields}`, '--output', 'json'],
    read: ({ standby, days }) =>
      compact({ hasStandby: booleanOf(standby), hasBackups: typeof days === 'number' ? days > 0 : undefined }),
  };
}

function askAzure(host: string): Question {
  const fields = '{standby: highAvailability.mode, days: backup.backupRetentionDays}';
  return {
    program: 'az',
    args: [
      'postgres',
      'flexible-server',
      'list',
      '--query',
      `[?fullyQualifiedDomainName=='${host}'].${fields}`,
      '--output',
      'json',
    ],
    read: ({ standby, days }) =>
      compact({
        hasStandby: typeof standby === 'string' ? /zoneredundant|samezone/i.test(standby) : undefined,
        hasBackups: typeof days === 'number' ? days > 0 : undefined,
      }),
  };
}

function askGoogle(host: string): Question {
  return {
    program: 'gcloud',
    args: ['sql', 'instances', 'list', `--filter=ipAddresses.ipAddress=${host}`, '--format=json(settings)', '--quiet'],
    read: ({ settings }) => {
      const { availabilityType, backupConfiguration } = isObject(settings) ? { ...settings } : {};
      const backups = isObject(backupConfiguration) ? { ...backupConfiguration } : {};
      return compact({
        hasStandby: typeof availabilityType === 'string' ? availabilityType === 'REGIONAL' : undefined,
        hasBackups: booleanOf(backups.pointInTimeRecoveryEnabled),
      });
    },
  };
}

function booleanOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
