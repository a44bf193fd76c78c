import { shellWord } from '../../base/shell-word.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type DirectoryFact, HOST_DIRECTORY } from '../../evidence/host/directory.ts';
import type { Judgement } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { error, errorInProdElseWarning } from '../when.ts';
import { localCheck } from './local-check.ts';
import { judgeDisk } from './machine.ts';

const WORDS = {
  windows: 'a Windows drive or a disk with a Windows file system',
  nfs: 'NFS',
  cifs: 'a Windows share',
  other: '',
} as const;

export const hostFileSystem = localCheck(
  {
    id: 'host.file-system',
    title: 'the project’s folder is on a file system that supports owners and locks',
    severity: error,
    remedy: 'set target.directory to a folder on a disk of the machine (under WSL below /home)',
  },
  HOST_DIRECTORY,
  (fact, context) => {
    const { directory, fileSystem } = fact;
    const expected = 'a disk of the machine';
    const barred = bars(fact);
    if (barred !== undefined) return barred;
    if (fileSystem === 'other') return pass(`${directory} is on a disk of the machine`, expected);
    const stores = bundled(deploymentOf(context));
    const observed = `${directory} is on ${WORDS[fileSystem]}`;
    if (fileSystem === 'nfs') {
      return finding('warn', {
        observed,
        expected,
        message: `${observed}: with root_squash, the users of the containers cannot become owners of its folders`,
      });
    }
    const message = `${observed}, which does not support owners${stores.length === 0 ? '' : `: ${listed(stores)} would not start`}`;
    return finding(stores.length === 0 ? 'warn' : 'fail', { observed, expected, message });
  },
);

/** A finding if files cannot be written there, or plugins cannot be loaded from there; undefined if neither. */
function bars({ directory, mount, shut }: DirectoryFact): Judgement | undefined {
  const expected = 'a folder in which this user can write and run files';
  if (mount?.isReadOnly === true) {
    const observed = `${directory} is below ${mount.point}, which is mounted read-only`;
    return finding('fail', { observed, expected, remedy: `mount -o remount,rw ${shellWord(mount.point)}` });
  }
  if (shut !== undefined) {
    const observed = `this user cannot create files in ${shut}`;
    const remedy = `run difyctl as the owner of ${shut}, chown it, or choose another target.directory`;
    return finding('fail', { observed, expected, remedy });
  }
  if (mount?.isNoExec !== true) return undefined;
  return finding('fail', {
    observed: `${directory} is below ${mount.point}, which is mounted noexec`,
    expected,
    message: `${directory} is below ${mount.point}, which is mounted noexec: the plugin daemon could not load the libraries of plugins`,
    remedy: `mount -o remount,exec ${shellWord(mount.point)} (and in /etc/fstab)`,
  });
}

function bundled({ postgres, redis, vectorStore }: Deployment): readonly string[] {
  return [
    ...(postgres.mode === 'bundled' ? ['PostgreSQL'] : []),
    ...(redis.mode === 'bundled' ? ['Redis'] : []),
    ...(vectorStore.mode === 'bundled' ? ['Weaviate'] : []),
  ];
}

export const hostDataDisk = localCheck(
  {
    id: 'host.data-disk',
    title: 'the disk of the project’s folder has free space',
    severity: errorInProdElseWarning,
    remedy: 'free some space, or set target.directory to a larger disk',
  },
  HOST_DIRECTORY,
  ({ disk, directory }) =>
    disk === undefined ? pass('the folder is on the disk of the engine: see host.disk') : judgeDisk(disk, directory),
);
