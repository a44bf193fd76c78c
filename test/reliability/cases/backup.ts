import type { ReliabilityCase } from '../case.ts';

const RESTORE = 'e2e/restore.test.ts';
const DRILL = 'e2e/drill.test.ts';
const REPOSITORY = 'probes/backup-repository.test.ts';
const MAKE = 'probes/backup-make.test.ts';
const BUCKET = 'probes/restore-bucket.test.ts';
const REFUSED = 'e2e/backup-refused.test.ts';
const SECRETS = 'e2e/backup-secrets.test.ts';
const QUIESCE = 'e2e/backup-quiesce.test.ts';
const BACKUP_KILLED = 'e2e/backup-interrupted.test.ts';
const RESTORE_KILLED = 'e2e/restore-interrupted.test.ts';
const TAKEN = 'held; taken over at once on this machine, elsewhere once it expires';

/** A case without a special effect on the lock and on the next run. */
const plain = (one: Omit<ReliabilityCase, 'area' | 'lock' | 'next'>): ReliabilityCase => ({
  ...{ ...one, area: 'backup' },
  ...{ lock: 'released', next: '–' },
});

/** Backup sets, restores and drills: what is lost, changed or refused if something fails. */
export const BACKUP_CASES: readonly ReliabilityCase[] = [
  {
    area: 'backup',
    happens: 'SIGKILL of `backup` and its programs before it stored the manifest, at ten moments',
    done: 'the set does not exist: `backup list` shows it as incomplete, and `restore` refuses it',
    exit: 137,
    lock: TAKEN,
    next: 'makes a new set; `backup prune` removes the incomplete one after a day',
    test: { file: BACKUP_KILLED, title: 'killed %s makes no set' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `backup` after it stored the manifest',
    done: 'the set is complete',
    exit: 137,
    lock: TAKEN,
    next: 'makes another set',
    test: { file: BACKUP_KILLED, title: 'killed after the manifest is stored has made the set' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `backup` while it creates the repository, between its key and its configuration',
    done: '–',
    exit: 137,
    lock: TAKEN,
    next: 'is refused with exit code 2, and names the repository to remove',
    test: { file: REPOSITORY, title: 'whose creation was killed names the folder to remove' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `backup verify` and its programs, at ten moments',
    done: 'the sets and the result of the last verification stay',
    exit: 137,
    lock: '–',
    next: 'verifies everything again',
    test: { file: BACKUP_KILLED, title: 'killed %s changes nothing' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of a program of `backup verify`',
    done: 'the verification did not finish; the result of the last one stays',
    exit: 8,
    lock: '–',
    next: 'verifies everything again',
    test: { file: BACKUP_KILLED, title: 'is killed has not finished, and found no damage' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `backup prune` and its programs, at ten moments',
    done: 'every set that is listed as complete has all its parts, and what `keep` keeps stays',
    exit: 137,
    lock: '–',
    next: 'removes the other sets; the parts of a set without a manifest after a day',
    test: { file: BACKUP_KILLED, title: 'killed %s keeps the newest set' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `restore` and its programs over live data, at ten moments',
    done: 'the live data stays, in its place or under its new name; a database has all of the set or nothing',
    exit: 137,
    lock: TAKEN,
    next: 'continues with the same revision',
    test: { file: RESTORE_KILLED, title: 'killed %s loses nothing' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of restic while `restore` reads the parts',
    done: 'nothing is changed, and the set is not called damaged',
    exit: 8,
    lock: 'released',
    next: 'reads the parts again',
    test: {
      file: RESTORE_KILLED,
      title: 'whose restic is killed while it reads the parts changed nothing, and found no damage',
    },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `restore` alone while it restores a database or files',
    done: 'its programs end; a database has all of the set or nothing',
    exit: 137,
    lock: TAKEN,
    next: 'continues with the same revision',
    test: { file: RESTORE, title: 'is completed after a run was killed while it restored %s' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `drill` and its programs, at ten moments',
    done: 'the live data, the sets and the records stay',
    exit: 137,
    lock: '–',
    next: 'removes the scratch databases and the temporary files',
    test: { file: RESTORE_KILLED, title: 'killed %s is completed' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `backup --quiesce` on Compose before it started the containers that it had stopped',
    done: '–',
    exit: 137,
    lock: TAKEN,
    next: 'starts the containers that ran, and no others',
    test: { file: QUIESCE, title: 'killed %s is started again by the next run' },
  },
  {
    area: 'backup',
    happens: 'SIGKILL of `backup --quiesce` on Kubernetes before it started the workloads that it had stopped',
    done: '–',
    exit: 137,
    lock: TAKEN,
    next: 'scales each Deployment to the replicas that it had',
    test: {
      file: 'e2e/quiesce-kubernetes.test.ts',
      title: 'the workloads that write are stopped, and started again by another run',
    },
  },
  plain({
    happens: 'an error or Ctrl-C during `backup --quiesce`',
    done: 'the run starts the stopped processes again',
    exit: 'unchanged',
    test: { file: 'operations/backup/quiesce.test.ts', title: 'what was stopped is started again after %s' },
  }),
  plain({
    happens: '`docker stop` ends with exit code 0, and a service still runs',
    done: 'the state of each container is read again, and the set is not made',
    exit: 4,
    test: { file: QUIESCE, title: 'fails if a service still runs although docker stop succeeded' },
  }),
  plain({
    happens: 'something starts a service that `backup --quiesce` stopped, before the copy has ended',
    done: 'the set is not made, and the service is named',
    exit: 4,
    test: { file: QUIESCE, title: 'fails if a service runs again before the copy has ended' },
  }),
  plain({
    happens: 'a dump fails after a part of it was read',
    done: 'no part of the dump is stored, and the set does not exist',
    exit: 4,
    test: { file: REPOSITORY, title: 'has no snapshot of a program that failed' },
  }),
  plain({
    happens: 'a copy of a bucket skips an object and ends with exit code 0',
    done: 'the keys of the copy are compared with those of the bucket, and the set is not made',
    exit: 4,
    test: { file: BUCKET, title: 'a copy of a bucket that skipped an object is refused' },
  }),
  plain({
    happens: '`postgres.databases` names a database that is not Dify’s',
    done: '`backup` refuses it before anything is copied',
    exit: 2,
    test: { file: MAKE, title: 'refuses the databases %j before anything is copied' },
  }),
  plain({
    happens: 'the storage lacks the private key of a tenant',
    done: '`backup` refuses it before anything is copied',
    exit: 2,
    test: { file: MAKE, title: 'refuses a storage without the private key of a tenant' },
  }),
  plain({
    happens:
      '`backup` of an empty volume of files or of plugins, an empty database, or the private key of another tenant',
    done: 'it is refused before anything is copied',
    exit: 2,
    test: { file: REFUSED, title: 'is refused with %s before anything is copied' },
  }),
  plain({
    happens: 'another age key, another SECRET_KEY, another password or an older image',
    done: '`restore` refuses each before anything is changed',
    exit: 2,
    test: { file: RESTORE, title: 'is refused with %s before anything is changed' },
  }),
  plain({
    happens: '`restore` into a place with data, without the name of the deployment',
    done: '`restore` refuses it and names the data',
    exit: 2,
    test: { file: RESTORE, title: 'is not restored over data that the operator did not name' },
  }),
  plain({
    happens: 'a set lost a part or its manifest',
    done: '`restore` refuses it before anything is changed',
    exit: '6 or 2',
    test: { file: RESTORE, title: 'is refused if the set %s' },
  }),
  plain({
    happens: 'a set has the manifest of another set',
    done: '`restore` and `drill` refuse the set, and `backup prune` removes nothing',
    exit: '6; 2 of `backup prune`',
    test: { file: REFUSED, title: 'is refused by %s' },
  }),
  plain({
    happens: 'the snapshot files of two sets were swapped, while the cache of restic has them as they were',
    done: '`restore` and `drill` refuse the set before anything is changed, and `backup verify` fails',
    exit: 6,
    test: { file: RESTORE, title: 'is refused before anything is changed if the files %s were swapped' },
  }),
  plain({
    happens: 'a byte of every file with data was changed in the repository',
    done: '`restore` and `drill` refuse the set before anything is changed, and `backup verify` fails',
    exit: 6,
    test: { file: RESTORE, title: 'is refused with exit code 6 if a byte of every file with data was changed' },
  }),
  plain({
    happens: 'rows of the set name files, keys or packages that are not in it',
    done: '`drill` fails the invariants `files`, `tenant-keys`, `credentials` and `plugins`, and names the rows',
    exit: 6,
    test: { file: DRILL, title: 'names each row whose object, key or package is not in the set' },
  }),
  plain({
    happens: 'a database of Dify has the name of a database that `drill` would drop',
    done: '`drill` is refused before anything is dropped',
    exit: 2,
    test: { file: REFUSED, title: 'is refused if a database of Dify has a name that a drill would drop' },
  }),
  plain({
    happens: 'others can read the repository, with its password',
    done: 'no secret of the deployment is among the restored parts of a set',
    exit: 'unchanged',
    test: { file: SECRETS, title: 'are not in the repository, also for a stranger who has its password' },
  }),
  plain({
    happens: 'others can read the arguments and variables of the programs that backups start',
    done: 'no secret of the deployment is among them',
    exit: 'unchanged',
    test: { file: SECRETS, title: 'are in no argument and no variable of a program' },
  }),
  plain({
    happens: 'others can read the copied files of a set, with the password of its repository',
    done: 'the private keys of tenants are not among them, also in a shared bucket',
    exit: 'unchanged',
    test: { file: BUCKET, title: '%s of a shared bucket has no private key in the set' },
  }),
];
