import { randomBytes } from 'node:crypto';

/** Returns the id of a new set: `dify-20261129T021500Z-3fa2`. */
export function newSetId(deployment: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+/g, '');
  return `${deployment}-${time}-${randomBytes(2).toString('hex')}`;
}
