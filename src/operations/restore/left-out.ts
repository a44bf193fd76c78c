import { type BackupManifest, isRestorable, partOf } from '../../backup/manifest.ts';
import { type PlannedStep, RESTORED_PARTS, type RestoredPart } from '../../backup/restore/restore-plan.ts';
import { vectorCopy } from '../../backup/restore/target-vectors.ts';
import { rebuildWords } from '../../backup/vectors/estimate.ts';
import { counted } from '../../base/words.ts';

/** Returns what a restore of these parts does not restore, each with the reason. */
export function leftOut(
  manifest: BackupManifest,
  hasIdentity: boolean,
  parts: readonly RestoredPart[],
  steps: readonly Pick<PlannedStep, 'step'>[],
): readonly string[] {
  const chosen = RESTORED_PARTS.filter((part) => part !== 'vectors' && (parts.length === 0 || parts.includes(part)));
  const lines = chosen.flatMap((part) => {
    const found = partOf(manifest, part);
    const { mechanism, details } = found;
    if (!isRestorable(found))
      return [`${part}: the set has no copy (${typeof details.reason === 'string' ? details.reason : mechanism})`];
    return part === 'secrets' && !hasIdentity ? [sealedWords(manifest)] : [];
  });
  const { mechanism, details } = partOf(manifest, 'vectors');
  const areRestored = steps.some(({ step }) => step === 'vectors');
  if (parts.length > 0 || areRestored || mechanism === 'left-out' || details.segments === 0) return lines;
  if (vectorCopy(manifest) !== undefined)
    return [...lines, `vectors: the bundled store starts with Dify: difyctl restore ${manifest.set} --part vectors`];
  if (mechanism !== 'rebuild') return [...lines, `vectors: ${mechanism}`];
  return [...lines, `vectors: Dify embeds the documents again: ${rebuildWords(details) ?? 'all segments'}`];
}

function sealedWords({ keys }: BackupManifest): string {
  const count = counted(Object.keys(keys.tenants).length, 'tenant');
  return `secrets: without --identity, the private keys of ${count} stay in the set, and stored credentials cannot be used`;
}
