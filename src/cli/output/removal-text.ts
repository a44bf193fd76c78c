import { oneLine } from '../../base/printable.ts';
import type { RemovalPlan } from '../../operations/uninstall.ts';
import type { CommandContext } from '../frame/context.ts';
import { changeLines } from './plan-text.ts';

/** The location, and every object that would be deleted. */
export function removalText({ place, removal }: RemovalPlan, terminal: CommandContext['terminal']): string {
  const style = { color: terminal.stderrColor, unicode: terminal.unicode, width: terminal.width };
  const facts = place.facts.map((fact) => oneLine(`${fact.name} ${fact.value}`)).join(', ');
  const count = removal.length === 0 ? 'nothing to delete' : `${removal.length} to delete`;
  return `${[`  ${facts}`, `  ${count}`, ...changeLines(removal, style, false)].join('\n')}\n`;
}
