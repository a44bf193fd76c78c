import { containerPlace } from './container-place.ts';
import type { PlaceInput, UsePlace } from './place.ts';
import { serverPlace } from './server-place.ts';

/**
 * Returns how a drill gets its databases: on the server of the file, or, if PostgreSQL is bundled, in a container of
 * their own. Creates nothing yet. Throws UserError if a program or a password is missing, ExternalError if Docker does
 * not answer.
 */
export async function drillPlace(input: PlaceInput): Promise<UsePlace> {
  const { postgres } = input.deployment;
  return postgres.mode === 'external' ? serverPlace(input, postgres) : containerPlace(input);
}
