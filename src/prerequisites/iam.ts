import type { BucketNeed } from './buckets.ts';

/** The policy in the vendor's own format, or the commands if rights are granted by command. */
export function iamText(need: BucketNeed | undefined): string {
  if (need === undefined) return '# Files are stored on a volume: no grants are needed.\n';
  if (need.policy !== undefined) return `${JSON.stringify(need.policy, null, 2)}\n`;
  return `${need.commands.join('\n')}\n`;
}
