import { counted } from '../../base/words.ts';
import type { BackupPart } from '../manifest.ts';

/**
 * Seconds to embed one segment on a CPU with a model of 768 dimensions. A hosted model is limited by its rate of tokens
 * instead, which `recovery.rto` uses (src/recovery/figures.ts).
 */
const ON_CPU = { seconds: 0.08, source: 'measured with nomic-embed-text on OpenShift' } as const;

/** Returns the hours to embed these segments again on a CPU, with one decimal, rounded up. */
export function rebuildHours(segments: number): number {
  return Math.ceil((segments * ON_CPU.seconds) / 360) / 10;
}

/**
 * What it costs to embed the segments of a set again, in words. Dify calls the model once for each batch of segments,
 * and a batch has one segment unless the model allows more (langgenius/dify, cached_embedding.py, MAX_CHUNKS). Returns
 * undefined for a set that recorded no number of segments.
 */
export function rebuildWords({ segments }: BackupPart['details']): string | undefined {
  if (typeof segments !== 'number') return undefined;
  const calls = `at most ${counted(segments, 'embedding call')}`;
  const rate = `${ON_CPU.seconds} s each, ${ON_CPU.source}`;
  return `${counted(segments, 'segment')}, ${calls}, about ${rebuildHours(segments)} h on a CPU (${rate})`;
}
