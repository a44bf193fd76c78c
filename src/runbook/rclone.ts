import { resolve } from 'node:path';
import type { SecretRef } from '../base/secret-ref.ts';
import type { TemplateValues } from '../render/template.ts';
import { type SecretExports, secretExports } from './secrets.ts';

/** A remote of rclone: its settings, and where its secrets are. */
export interface Remote {
  readonly settings: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, SecretRef | undefined>>;
}

/** The variables that describe a remote to rclone. */
interface RemoteExports extends SecretExports {
  readonly settings: readonly TemplateValues[];
}

/** Returns a remote as variables (rclone.org, Environment variables). `name`: in capitals. */
export function remoteExports(
  name: string,
  remote: Remote,
  caFile: string | undefined,
  baseDirectory: string,
): RemoteExports {
  const named = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).map(([field, value]) => [`RCLONE_CONFIG_${name}_${field}`, value]));
  const settings = {
    ...named(remote.settings),
    ...(caFile === undefined ? {} : { RCLONE_CA_CERT: resolve(baseDirectory, caFile) }),
  };
  return {
    settings: Object.entries(settings).map(([variable, value]): TemplateValues => ({ variable, value })),
    ...secretExports(named(remote.secrets), baseDirectory),
  };
}

/** The settings of a bucket of S3. */
export function s3Settings(endpoint: string, region: string, isPathStyle: boolean): Remote['settings'] {
  return {
    ...{ TYPE: 's3', PROVIDER: 'Other', ENDPOINT: endpoint, REGION: region },
    ...{ FORCE_PATH_STYLE: String(isPathStyle), NO_CHECK_BUCKET: 'true' },
  };
}
