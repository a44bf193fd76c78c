/** Kinds of evidence that are this very run's: what the file says, and the programs that it was started with. */
const STILL = ['clock.', 'tools.', 'rendered.', 'secrets.', 'images.list'];
/** Kinds that are this machine's own. */
const OWN = [...STILL, 'host.', 'images.engine'];

/** True where no waiting changes it. */
export function isStill(key: string): boolean {
  return STILL.some((prefix) => key.startsWith(prefix));
}

/** True where somebody elsewhere can have seen it for this run: what belongs to this machine or run they cannot. */
export function mayBeGiven(key: string): boolean {
  return !OWN.some((prefix) => key.startsWith(prefix));
}
