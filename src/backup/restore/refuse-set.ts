import { type Problem, UserError } from '../../base/errors.ts';
import { isOlder } from '../../base/version-order.ts';
import { keyFingerprint } from '../fingerprint.ts';
import { type BackupManifest, isRestorable, type PartName, partOf } from '../manifest.ts';
import { vectorCopy } from './target-vectors.ts';

/** What a restore needs of the set and of the place, known before anything is changed. */
interface SetFit {
  readonly manifest: BackupManifest;
  /** The Dify version that will read the data. */
  readonly image: string;
  /** SECRET_KEY of the deployment; undefined if it has none. */
  readonly secretKey: string | undefined;
  /** The parts that are restored. Empty or undefined: all. */
  readonly parts?: readonly PartName[];
  /** True if a provider may have restored the databases of which the set has no dump. */
  readonly mayBeManaged?: boolean;
}

/**
 * Throws UserError with every reason why this deployment cannot use the set: another SECRET_KEY, an older image, or
 * parts that difyctl did not copy.
 */
export function refuseSet(fit: SetFit): void {
  const problems = [...keyProblems(fit), ...versionProblems(fit), ...partProblems(fit)];
  if (problems.length === 0) return;
  throw new UserError(`set ${fit.manifest.set} does not fit; nothing was changed`, {
    problems,
    next: ['difyctl backup list shows the sets', 'docs/recovery.md explains each refusal'],
  });
}

function keyProblems({ manifest, secretKey }: SetFit): readonly Problem[] {
  if (secretKey === undefined)
    return [
      {
        path: 'secrets.secretKey',
        message:
          'SECRET_KEY was not found, and the data cannot be decrypted without it; --identity takes it from the set',
      },
    ];
  if (keyFingerprint(secretKey, manifest.set) === manifest.keys.secretKey) return [];
  return [
    {
      path: 'secrets.secretKey',
      message: 'SECRET_KEY is not the one that the set was made with: stored OAuth clients could not be decrypted',
    },
  ];
}

function versionProblems({ manifest, image }: SetFit): readonly Problem[] {
  if (!isOlder(image, manifest.dify)) return [];
  return [
    {
      path: 'version',
      message: `Dify ${image} is older than ${manifest.dify}, which wrote the data: a schema cannot be migrated back`,
    },
  ];
}

/** A database must have a copy; another part without one is a part that the restore leaves out. */
function partProblems({ manifest, parts = [], mayBeManaged = false }: SetFit): readonly Problem[] {
  const needed = parts.length === 0 ? (['postgres-main', 'postgres-plugin'] as const) : parts;
  return needed.flatMap((name) => {
    const part = partOf(manifest, name);
    const { mechanism, details } = part;
    const isThere = name === 'vectors' ? vectorCopy(manifest) !== undefined : isRestorable(part);
    if (isThere || (mayBeManaged && parts.length === 0 && mechanism === 'managed')) return [];
    const why = typeof details.reason === 'string' ? details.reason : mechanism;
    return [{ path: name, message: `difyctl has no copy of it (${why})` }];
  });
}
