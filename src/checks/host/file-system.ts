import type { Deployment } from '../../deployment/schema/deployment.ts';
import { HOST_DIRECTORY } from '../../evidence/host/directory.ts';
import { deploymentOf, fault, listed, pass } from '../judgement.ts';
import { error, errorInProdElseWarning } from '../when.ts';
import { hereCheck } from './here-check.ts';
import { judgeDisk } from './machine.ts';

const WORDS = { windows: 'a drive of Windows', nfs: 'NFS', cifs: 'a Windows share', other: '' } as const;

export const hostFileSystem = hereCheck(
  {
    id: 'host.file-system',
    title: 'the project’s folder is on a file system that keeps owners and locks',
    severity: error,
    remedy: 'set target.directory to a folder on a disk of the machine (under WSL below /home)',
  },
  HOST_DIRECTORY,
  ({ directory, fileSystem }, context) => {
    const expected = 'a disk of the machine';
    if (fileSystem === 'other') return pass(`${directory} is on a disk of the machine`, expected);
    const stores = bundled(deploymentOf(context));
    const observed = `${directory} is on ${WORDS[fileSystem]}`;
    if (fileSystem === 'nfs') {
      return fault('warn', {
        observed,
        expected,
        message: `${observed}: with root_squash its folders cannot be given to the users of the containers`,
      });
    }
    const message = `${observed}, which keeps no owners${stores.length === 0 ? '' : `: ${listed(stores)} would not start`}`;
    return fault(stores.length === 0 ? 'warn' : 'fail', { observed, expected, message });
  },
);

function bundled({ postgres, redis, vectorStore }: Deployment): readonly string[] {
  return [
    ...(postgres.mode === 'bundled' ? ['PostgreSQL'] : []),
    ...(redis.mode === 'bundled' ? ['Redis'] : []),
    ...(vectorStore.mode === 'bundled' ? ['Weaviate'] : []),
  ];
}

export const hostDataDisk = hereCheck(
  {
    id: 'host.data-disk',
    title: 'the disk behind the project’s folder has room',
    severity: errorInProdElseWarning,
    remedy: 'free some of it, or set target.directory to a larger disk',
  },
  HOST_DIRECTORY,
  ({ disk, directory }) =>
    disk === undefined ? pass('the disk is the engine’s: see host.disk') : judgeDisk(disk, directory),
);
