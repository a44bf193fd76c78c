import type { ReliabilityCase } from '../case.ts';

const INTERRUPTED = 'e2e/install-kubernetes-interrupted.test.ts';
const LAUNCHER = 'e2e/launcher.test.ts';
const RUNNER = 'exec/execa-runner.test.ts';

/** The process of a run, its signals, and the programs that it starts. */
export const PROCESS_CASES: readonly ReliabilityCase[] = [
  {
    area: 'process',
    happens: 'Ctrl-C, SIGTERM during install',
    done: 'helm is asked to stop, once, and closes its release; the state that was left is said',
    exit: 130,
    lock: 'released',
    next: 'goes on where this one stopped',
    test: { file: INTERRUPTED, title: 'asked to stop by Ctrl-C' },
  },
  {
    area: 'process',
    happens: 'a signal while a thread waits for a FIFO, a file server or a name server that does not answer',
    done: 'the run is given up within two seconds',
    exit: 130,
    lock: '–',
    next: '–',
    test: { file: LAUNCHER, title: 'though a thread waits for a pipe that nobody writes' },
  },
  {
    area: 'process',
    happens: 'a second Ctrl-C or SIGTERM',
    done: 'the process ends at once, and asks the programs that it started to end',
    exit: 130,
    lock: 'held until the next run takes it over',
    next: 'ends what still runs, recovers a release in `pending-*`, and goes on',
    test: { file: LAUNCHER, title: 'is ended at once by a second Ctrl-C, whatever its threads wait for' },
  },
  {
    area: 'process',
    happens: 'SIGKILL of difyctl during install, helm goes on',
    done: '–',
    exit: '137',
    lock: 'held; taken over at once on this machine, elsewhere once it expires',
    next: 'ends the helm that was left, and goes on',
    test: { file: INTERRUPTED, title: 'difyctl alone: the helm it left is ended before the release is touched' },
  },
  {
    area: 'process',
    happens: 'SIGKILL of difyctl and of helm during an upgrade',
    done: '–',
    exit: '137',
    lock: 'held; taken over at once on this machine, elsewhere once it expires',
    next: 'goes back to the release that was good, and on',
    test: { file: INTERRUPTED, title: 'in an upgrade: the next run goes back to what was good, and on' },
  },
  {
    area: 'process',
    happens: 'a credential plugin of the kubeconfig hangs, past the limit of the command that started it',
    done: 'the limit ends the program and all that it started; no pipe that is still open is waited for',
    exit: 'as of a program that did not end in time (8; `unknown` in checks)',
    lock: 'released',
    next: '–',
    test: { file: RUNNER, title: 'ends at its limit, with all that it started' },
  },
  {
    area: 'process',
    happens: 'a signal while a credential plugin hangs',
    done: 'the first signal ends the program and all that it started',
    exit: 130,
    lock: 'released',
    next: '–',
    test: { file: RUNNER, title: 'ends if its caller wants no more of it, with all that it started' },
  },
  {
    area: 'process',
    happens: 'a signal while kubectl does not come up, since its credential plugin hangs',
    done: 'it is not waited for',
    exit: 130,
    lock: '–',
    next: '–',
    test: { file: 'exec/kubectl-proxy.test.ts', title: 'end at once though kubectl does not serve yet' },
  },
  {
    area: 'process',
    happens: 'SIGKILL of difyctl while a port-forward or a kubectl proxy serves it',
    done: 'the program ends with difyctl',
    exit: '137',
    lock: '–',
    next: '–',
    test: { file: RUNNER, title: 'ends with a process that is killed' },
  },
  {
    area: 'process',
    happens: '`--timeout 25d`, more than a timer holds (24.8 days)',
    done: 'counts as 24.8 days',
    exit: 'as ever',
    lock: 'as ever',
    next: '–',
    test: { file: RUNNER, title: 'does not end the program at once' },
  },
];
