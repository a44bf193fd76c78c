import { UserError } from '../base/errors.ts';
import { EXIT } from '../base/exit-codes.ts';
import { counted } from '../base/words.ts';
import type { PreparedDeployment } from './prepare.ts';

/**
 * Throws UserError (exit 3) with every missing secret, whatever checks were skipped: nothing with a placeholder may be
 * written or applied. The value of an external secret is no part of what is rendered.
 */
export function requireResolved({ secrets }: PreparedDeployment, done: 'written' | 'applied'): void {
  const unresolved = secrets.unresolved.filter(({ ref }) => !('external' in ref));
  if (unresolved.length === 0) return;
  const count = counted(unresolved.length, 'secret was', 'secrets were');
  throw new UserError(`${count} not found; nothing was ${done}`, {
    exitCode: EXIT.preflight,
    problems: unresolved.map(({ path, reason }) => ({ path, message: reason })),
    next: ['difyctl checks explain config.secrets'],
  });
}
