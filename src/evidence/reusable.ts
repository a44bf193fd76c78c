/** Prefixes of keys that depend on this run: the file and the programs it was started with. */
const STATIC = ['clock.', 'tools.', 'rendered.', 'secrets.', 'images.list'];
/** Prefixes of keys that depend on this machine or run. */
const OWN = [...STATIC, 'host.', 'images.engine'];

/** True if collecting again cannot change it within a run. */
export function isStatic(key: string): boolean {
  return STATIC.some((prefix) => key.startsWith(prefix));
}

/** True if the key may come from another machine's saved evidence. */
export function canComeFromSaved(key: string): boolean {
  return !OWN.some((prefix) => key.startsWith(prefix));
}
