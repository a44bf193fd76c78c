import { findFlag, findVariable } from './flags.ts';
import type { OverrideInput } from './overrides.ts';

/**
 * The override of one text field, from --set, flags or variables, in this order of precedence. Undefined if there is
 * none. For commands that run without a file and therefore without its schema; `readOverrides` reads all fields.
 */
export async function rawOverride({ flags, sets, env }: OverrideInput, field: string): Promise<string | undefined> {
  const set = sets.map((text) => text.split('=')).findLast(([name]) => name?.trim() === field);
  if (set !== undefined) {
    const { readSetValue } = await import('./override-values.ts');
    const read = readSetValue([field], set.slice(1).join('='));
    return 'value' in read && typeof read.value === 'string' ? read.value : undefined;
  }
  const fills = (flag: { readonly paths: readonly string[] } | undefined) => flag?.paths.includes(field) === true;
  const flag = flags.findLast(({ flag }) => fills(findFlag(flag)));
  if (flag !== undefined) return flag.value;
  return Object.entries(env).find(([name, value]) => fills(findVariable(name)) && value !== '')?.[1];
}
