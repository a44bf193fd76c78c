import type { ReliabilityCase } from '../case.ts';

const LOCK = 'state/lock/lock.test.ts';
const LEASE = 'state/lock/lease.test.ts';
const CHILDREN = 'state/lock/children.test.ts';
const RETRY = 'exec/retry.test.ts';
const INSTALL = 'operations/install.test.ts';

/** The machine's clock, the API server, and the Lease that is the lock. */
export const CLUSTER_CASES: readonly ReliabilityCase[] = [
  {
    area: 'clock',
    happens: 'the clock of the machine that holds the lock is wrong by seconds or years; it renews the lock',
    done: 'the lock is watched, not compared with a clock: it changes, so its holder is alive',
    exit: 9,
    lock: 'stays with its holder',
    next: '–',
    test: { file: LOCK, title: 'held and renewed by another machine with a clock' },
  },
  {
    area: 'clock',
    happens: 'the clock of a machine that died with the lock was wrong by seconds or years',
    done: 'the lock is watched for its duration (60 s), and taken once it has not changed',
    exit: 'unchanged',
    lock: 'taken over',
    next: '–',
    test: { file: LOCK, title: 'taken over once it is unchanged for its time' },
  },
  {
    area: 'API server',
    happens: 'an answer 429, 500 or 503, or a change of etcd leaders',
    done: 'reads and writes that may be repeated are repeated, with growing pauses for half a minute; the run says so once',
    exit: 'unchanged',
    lock: 'unchanged',
    next: '–',
    test: { file: RETRY, title: 'the read is repeated, and one message says so' },
  },
  {
    area: 'API server',
    happens: 'connections break during a run that it had answered',
    done: 'the same',
    exit: 'unchanged',
    lock: 'unchanged',
    next: '–',
    test: { file: RETRY, title: 'a connection that breaks once it has answered: repeated' },
  },
  {
    area: 'API server',
    happens: 'it is away for longer than half a minute',
    done: 'the run ends with the last message of the API server and the next step',
    exit: '8 (4 if helm failed)',
    lock: 'released if the API server is back, else free after 60 s',
    next: 'resumes where this run stopped',
    test: { file: RETRY, title: 'for longer than half a minute: its own last message' },
  },
  {
    area: 'API server',
    happens: 'helm fails because the API server refuses connections',
    done: 'the error names the cause and the next step',
    exit: 4,
    lock: 'released',
    next: 'continues',
    test: { file: RETRY, title: 'of helm' },
  },
  {
    area: 'API server',
    happens: 'the namespace is missing and may not be read',
    done: 'the error names who can make it',
    exit: 2,
    lock: '–',
    next: '–',
    test: { file: LEASE, title: 'ends at once, and says who can create it' },
  },
  {
    area: 'Lease',
    happens: 'no run renews the Lease, whatever its times are (the year 2090, none, thirty years)',
    done: 'it is watched for its duration, five minutes at most, and taken',
    exit: 'unchanged',
    lock: 'taken over',
    next: '–',
    test: { file: LEASE, title: 'is taken after it was watched for its time' },
  },
  {
    area: 'Lease',
    happens: 'the answer to its creation is lost',
    done: 'the run recognizes its own Lease',
    exit: 'unchanged',
    lock: 'held by this run',
    next: '–',
    test: { file: LEASE, title: 'a Lease whose first answer was lost is this run’s own' },
  },
  {
    area: 'Lease',
    happens: 'it cannot be removed after the install',
    done: 'the report is complete, and a note says why and when the lock is free',
    exit: 'unchanged',
    lock: 'left behind',
    next: 'takes it at once from this machine, from another one after 60 s',
    test: {
      file: INSTALL,
      title: 'a lock that cannot be removed hides nothing: the report is kept, with a next step',
    },
  },
  {
    area: 'Lease',
    happens: 'another holder takes it during a run',
    done: 'the run ends and does not change the new lock',
    exit: 9,
    lock: 'stays with its new holder',
    next: '–',
    test: { file: LOCK, title: 'that lost its lock reports the loss, and does not delete the new lock' },
  },
  {
    area: 'Lease',
    happens: 'a forged Lease names processes of this machine',
    done: 'none of them is ended: only an orphan that has the mark of the dead run is',
    exit: 'unchanged',
    lock: 'as of any other Lease',
    next: '–',
    test: { file: CHILDREN, title: 'a forged lock ends nothing' },
  },
];
