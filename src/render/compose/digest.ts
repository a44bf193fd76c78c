import { sha256 } from '../../base/digest.ts';
import type { JsonObject } from '../../base/json.ts';

/** Compose does not look into mounted files: a digest on the service makes a changed file a changed service. */
export function digestLabel(content: string): JsonObject {
  return { 'difyctl.config-digest': sha256(content).slice(0, 16) };
}
