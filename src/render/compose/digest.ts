import { createHash } from 'node:crypto';
import type { JsonObject } from '../../base/json.ts';

/** Compose does not look into mounted files: a digest on the service makes a changed file a changed service. */
export function digestLabel(content: string): JsonObject {
  return { 'difyctl.config-digest': createHash('sha256').update(content).digest('hex').slice(0, 16) };
}
