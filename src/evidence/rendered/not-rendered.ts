import { CollectionError } from '../evidence.ts';
import { RENDERED_OBJECTS } from './set.ts';

/** The error of a collector that needs the rendered set. `fault`: why it was not rendered. */
export function notRendered(fault: string | undefined): CollectionError {
  return new CollectionError('absent', fault ?? 'a deployment file', RENDERED_OBJECTS.name);
}
