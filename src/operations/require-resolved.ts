import { UserError } from '../base/errors.ts';
import { EXIT } from '../base/exit-codes.ts';
import { counted } from '../base/words.ts';
import type { PreparedDeployment } from './prepare.ts';

/** Nothing that holds a placeholder is written or applied, whatever checks were skipped. Throws UserError (exit 3) with every missing secret. */
export function requireResolved({ secrets }: PreparedDeployment, done: 'written' | 'applied'): void {
  const { unresolved } = secrets;
  if (unresolved.length === 0) return;
  const count = counted(unresolved.length, 'secret was', 'secrets were');
  throw new UserError(`${count} not found; nothing was ${done}`, {
    exitCode: EXIT.preflight,
    problems: unresolved.map(({ path, reason }) => ({ path, message: reason })),
    next: ['difyctl checks explain config.secrets'],
  });
}
