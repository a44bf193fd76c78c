import { CASES } from './cases.ts';

/** docs/reliability.md. */
export function reliabilityPage(): string {
  const rows = CASES.map(({ area, happens, done, exit, lock, next, test }) =>
    ['', area, happens, done, exit, lock, next, `\`test/${test.file}\`: ${test.title}`, ''].join(' | ').trim(),
  );
  return [
    '# How a run handles faults around it',
    '',
    'A test, named in the last column, reproduces each row. `npm run reliability` runs these tests and writes this page if all of them',
    'pass. The exit code is the one of the run that meets the case; `unchanged` means that the case does not change it.',
    '',
    '| around | what happens | what difyctl does | exit code | lock | what the next run does | test |',
    '|---|---|---|---|---|---|---|',
    ...rows,
    '',
    '## Programs that difyctl starts',
    '',
    'kubectl, helm and docker run in a session of their own, without a terminal. A Ctrl-C or a closed terminal therefore reaches difyctl alone, which asks',
    'each program once to end (SIGTERM to it and to all that it started), gives helm a minute to close its release, and then kills what is left. Programs',
    'that serve a run (a port-forward, `kubectl proxy`) end with it, also if it is killed.',
    '',
    'A credential plugin of the kubeconfig or a docker credential helper cannot ask a question on the terminal under difyctl, nor could it be seen beside',
    'the progress. It fails at once in place of hanging. Log in beforehand with a command that asks (`kubectl get namespaces`, `aws sso login`,',
    '`docker login`); the plugin then answers difyctl from its own cache.',
    '',
    '`nohup` has no effect on Node programs: a run that must outlive its terminal is started by `setsid`, `tmux` or `systemd-run`.',
    '',
  ].join('\n');
}
