import { findFlag, findVariable } from './flags.ts';
import type { OverrideInput } from './overrides.ts';

/**
 * What is said outside a file about one field that holds text: by variables, flags and --set, of which the last wins. For commands that do without a
 * file, and so without its schema; `readOverrides` reads everything.
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
