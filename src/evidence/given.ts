/** Kinds of evidence that are this machine's own or this very run's: nobody else can have seen them for it, and no waiting changes them. */
const OWN = ['clock.', 'tools.', 'rendered.', 'secrets.', 'images.list'];

/** True for a key of such evidence. */
export function isOwn(key: string): boolean {
  return OWN.some((prefix) => key.startsWith(prefix));
}
