/** Kinds of evidence that are this very run's: what the file says, and the programs that it was started with. */
const STATIC = ['clock.', 'tools.', 'rendered.', 'secrets.', 'images.list'];
/** Kinds that are this machine's own. */
const OWN = [...STATIC, 'host.', 'images.engine'];

/** True where no waiting changes it. */
export function isStatic(key: string): boolean {
  return STATIC.some((prefix) => key.startsWith(prefix));
}

/** True where somebody elsewhere can have seen it for this run: what belongs to this machine or run they cannot. */
export function canComeFromSaved(key: string): boolean {
  return !OWN.some((prefix) => key.startsWith(prefix));
}
