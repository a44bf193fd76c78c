import { access, constants } from 'node:fs/promises';

/** What a file system or its mount keeps from whoever uses a folder. */
export interface MountFact {
  readonly point: string;
  /** `ext4`, `fuseblk`, … */
  readonly type: string;
  readonly isReadOnly: boolean;
  /** Nothing on it may be run, nor loaded as a library. */
  readonly isNoExec: boolean;
}

/** The mount that holds a folder, of /proc/self/mountinfo's text (proc(5)); undefined where the text names none. */
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
  // The later of two on one point hides the earlier.
  return holding.reduce<MountFact | undefined>(
    (best, one) => (best === undefined || one.point.length >= best.point.length ? one : best),
    undefined,
  );
}

/** Spaces and the like stand there in octal. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Whether this user may make files in a folder. */
export function mayWrite(folder: string): Promise<boolean> {
  return access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
}
