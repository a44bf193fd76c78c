import type { BackupManifest } from '../../backup/manifest.ts';
import { openPointInTime, type PointInTime } from '../../backup/pitr/archive.ts';
import { readSets } from '../../backup/repository.ts';
import { chooseSet, setNotAfter } from '../../backup/restore/choose-set.ts';
import { openSecrets, readIdentities } from '../../backup/restore/open-secrets.ts';
import { refuseSet } from '../../backup/restore/refuse-set.ts';
import type { BackupSecrets } from '../../backup/secrets-document.ts';
import { setsName } from '../../deployment/primary.ts';
import type { Restic } from '../../exec/restic.ts';
import type { Rendered } from '../../render/rendered.ts';
import { writeCache } from '../../state/secrets/cache.ts';
import type { ResolvedSecrets } from '../../state/secrets/resolve.ts';
import { dataKey } from '../data-key.ts';
import { prepareOpened, requireRendered } from '../prepare.ts';
import { installedSecrets, resolveDeploymentSecrets } from '../resolve-secrets.ts';
import type { RestoreOptions } from './options.ts';

/** What a restore reads: the set, its keys, and the secrets of the deployment with those of the set. */
export interface RestoreSources {
  readonly manifest: BackupManifest;
  /** The stated time. Undefined: the time of the set. */
  readonly at: Date | undefined;
  /** The archive from which `--at` restores PostgreSQL. Undefined: the databases are those of the set. */
  readonly point: PointInTime | undefined;
  /** Undefined without `--identity`. */
  readonly sealed: BackupSecrets | undefined;
  readonly secrets: ResolvedSecrets;
  readonly secretKey: string;
  /** The files that start the bundled database. Only Compose with a bundled PostgreSQL. */
  readonly rendered: Rendered | undefined;
  /** Writes the generated secrets to the cache, so that an install uses them. */
  keepSecrets(): Promise<void>;
}

/**
 * Chooses the set, opens its secrets and verifies that the keys fit. Changes nothing. Throws UserError if the set does
 * not exist, is damaged, or does not fit.
 */
export async function restoreSources(options: RestoreOptions, restic: Restic): Promise<RestoreSources> {
  const { opened, signal, set, at, identity, env, parts } = options;
  const { deployment, paths } = opened;
  const identities = identity === undefined ? undefined : await readIdentities(identity);
  const found = await readSets(restic, setsName(deployment), { signal });
  const { manifest } = chooseSet(found, at === undefined ? set : setNotAfter(found, set, at));
  const sealed = identities === undefined ? undefined : await openSecrets(restic, manifest, identities, signal);
  if (sealed !== undefined) opened.protect([...Object.values(sealed.secrets), ...Object.values(sealed.files)]);
  const known = new Map(Object.entries(sealed?.secrets ?? {}));
  const input = { env, unreadable: 'stop', signal, known } as const;
  const needsFiles = deployment.target.type === 'compose' && deployment.postgres.mode === 'bundled';
  const prepared = needsFiles ? requireRendered(await prepareOpened(opened, input)) : undefined;
  const secrets =
    prepared?.secrets ?? (await resolveDeploymentSecrets(opened, installedSecrets(opened, undefined), input));
  const secretKey = dataKey(secrets);
  refuseSet({ manifest, image: deployment.version, secretKey, parts, mayBeManaged: true });
  const { baseDirectory, runner } = opened;
  const hasDatabase =
    parts.length === 0 || parts.some((part) => part === 'postgres-main' || part === 'postgres-plugin');
  const point =
    at === undefined || !hasDatabase
      ? undefined
      : await openPointInTime(at, { deployment, baseDirectory, runner, signal });
  return {
    manifest,
    at,
    point,
    sealed,
    secrets,
    secretKey: secretKey ?? '',
    rendered: prepared?.rendered.value,
    keepSecrets: () => writeCache(paths, secrets.generated),
  };
}
