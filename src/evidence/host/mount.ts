import { access, constants } from 'node:fs/promises';

/** A mount, and what it forbids. */
export interface MountFact {
  readonly point: string;
  /** `ext4`, `fuseblk`, … */
  readonly type: string;
  readonly isReadOnly: boolean;
  /** Nothing on it may be executed or loaded as a library. */
  readonly isNoExec: boolean;
}

/** The mount that holds a folder, from the text of /proc/self/mountinfo (proc(5)); undefined if the text has none. */
export function mountOf(text: string, folder: string): MountFact | undefined {
  const mounts = text.split('\n').flatMap((line): MountFact[] => {
    const [left = '', right = ''] = line.split(' - ');
    const fields = left.split(' ');
    const [point, options = ''] = [fields[4], fields[5]];
    if (point === undefined) return [];
    const of = `${options},${right.split(' ')[2] ?? ''}`.split(',');
    const type = right.split(' ')[0] ?? '';
    return [{ point: unescaped(point), type, isReadOnly: of.includes('ro'), isNoExec: of.includes('noexec') }];
  });
  const holding = mounts.filter(({ point }) => point === '/' || folder === point || folder.startsWith(`${point}/`));
  // Of two mounts at one point, the later one hides the earlier.
  return holding.reduce<MountFact | undefined>(
    (best, one) => (best === undefined || one.point.length >= best.point.length ? one : best),
    undefined,
  );
}

/** Decodes octal escapes, such as of spaces. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** True if this user may create files in a folder. */
export function mayWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
