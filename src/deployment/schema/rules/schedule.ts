import { type Finding, problem, type Rule, rule } from './rule.ts';

/** Repositories that a pod can open. The others need a folder, a configuration or a key of one machine. */
const REACHABLE = /^(?:s3|azure|gs|rest):/;

/** Rules for backups on a schedule: the file is refused if every run would fail. */
export const SCHEDULE_RULES: readonly Rule[] = [
  rule(['recovery'], ({ recovery }) => {
    const { interval, recipients = [], password } = recovery?.backup ?? {};
    if (interval === undefined) return [];
    const strategy = recovery?.vectorStore?.strategy;
    return [
      password === undefined && needed('recovery.backup.password', 'a reference to the password of the repository'),
      recipients.length === 0 && needed('recovery.backup.recipients', 'the public key of an age key pair'),
      strategy === undefined && needed('recovery.vectorStore.strategy', 'rebuild or snapshot'),
    ];
  }),
  rule(['recovery', 'target', 'objectStorage'], ({ recovery, target, objectStorage }) => {
    const { interval, image, repository = '' } = recovery?.backup ?? {};
    if (interval === undefined || target.type !== 'kubernetes') return [];
    return [
      image === undefined &&
        needed('recovery.backup.image', 'the image of the CronJob, built from templates/Dockerfile'),
      !REACHABLE.test(repository) &&
        problem('recovery.backup.repository', 'the pods of the CronJobs cannot open it: use s3:, azure:, gs: or rest:'),
      objectStorage.provider === 'local' &&
        problem('recovery.backup.interval', 'files on a claim cannot be copied: use an object storage with a bucket'),
    ];
  }),
];

function needed(path: string, what: string): Finding {
  return problem(path, `backups on a schedule (recovery.backup.interval) need ${what}`);
}
