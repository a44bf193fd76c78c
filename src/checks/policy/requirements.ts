import { durationSeconds } from '../../base/duration.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import type { Policy } from '../../policy/schema.ts';
import type { Check, Judgement, Observation } from '../check.ts';
import { counted, deploymentOf, finding, listed, pass } from '../judgement.ts';
import { matchesCheck } from '../select.ts';
import { error } from '../when.ts';

/**
 * What a policy requires of the file. `acceptedRisks` are all accepted risks of the file. Without a policy, the check
 * is in the list of all checks but does not apply.
 */
export function policyRequirements(policy?: Policy, acceptedRisks: Deployment['acceptedRisks'] = []): Check {
  return {
    id: 'config.policy',
    title: 'the file promises and accepts no more than the policy of the organisation allows',
    phases: ['preflight'],
    severity: error,
    when: (deployment) => policy !== undefined && deployment !== undefined,
    requires: [],
    remedy: 'change the file, or ask the owner of the policy',
    judge: (context) => judgeFile({ ...deploymentOf(context), acceptedRisks }, policy),
  };
}

/** One requirement of a policy; `broken` if the file does not meet it. */
interface Requirement {
  readonly subject: string;
  readonly observed: string;
  readonly expected: string;
  readonly broken: boolean;
}

function judgeFile(deployment: Deployment, policy: Policy | undefined): Judgement {
  if (policy === undefined) return pass('no policy');
  const requirements = requirementsOf(deployment, policy);
  const observations = requirements.map(
    ({ subject, observed, expected, broken }): Observation => ({
      subject,
      from: 'local',
      status: broken ? 'fail' : 'pass',
      observed,
      expected,
    }),
  );
  const broken = requirements.filter((requirement) => requirement.broken);
  const expected = `the requirements of policy ${policy.name}`;
  if (broken.length === 0) {
    return { ...pass(`${counted(requirements.length, 'requirement')} of ${policy.name} met`, expected), observations };
  }
  const words = broken.map(
    ({ subject, observed, expected: wanted }) => `${subject} ${observed}, but the policy requires ${wanted}`,
  );
  return {
    ...finding('fail', {
      observed: words.join('; '),
      expected,
      message: [`policy ${policy.name}:`, ...words].join('\n'),
      remedy: `set ${listed(broken.map(({ subject }) => subject))} as the policy requires, or ask its owner`,
    }),
    observations,
  };
}

function requirementsOf({ recovery, target, acceptedRisks }: Deployment, policy: Policy): readonly Requirement[] {
  const zones = recovery?.topology?.zones ?? 1;
  return [
    ...(policy.zones === undefined || target.type === 'compose'
      ? []
      : [
          {
            subject: 'recovery.topology.zones',
            observed: `is ${zones}`,
            expected: `${policy.zones} or more`,
            broken: zones < policy.zones,
          },
        ]),
    ...boundsOf('recovery.rpo', recovery?.rpo, policy.recovery?.rpo),
    ...boundsOf('recovery.rto', recovery?.rto, policy.recovery?.rto),
    ...acceptedRisks
      .filter(({ check }) => isNeverAccepted(check, policy))
      .map(({ check }) => ({
        subject: 'acceptedRisks',
        observed: `accepts ${check}`,
        expected: 'a fix instead',
        broken: true,
      })),
  ];
}

type Bounds = NonNullable<NonNullable<Policy['recovery']>['rpo']>;

function boundsOf(subject: string, promised: string | undefined, bounds: Bounds | undefined): readonly Requirement[] {
  const { atMost, atLeast } = bounds ?? {};
  const seconds = promised === undefined ? undefined : durationSeconds(promised);
  const observed = promised === undefined ? 'is not set' : `is ${promised}`;
  const requirement = (limit: string, words: string, isBroken: (said: number) => boolean): Requirement => ({
    subject,
    observed,
    expected: `${words} ${limit}`,
    broken: seconds === undefined || isBroken(seconds),
  });
  return [
    ...(atMost === undefined ? [] : [requirement(atMost, 'at most', (said) => said > durationSeconds(atMost))]),
    ...(atLeast === undefined ? [] : [requirement(atLeast, 'at least', (said) => said < durationSeconds(atLeast))]),
  ];
}

/** True if the policy does not allow a finding of this check as an accepted risk. */
export function isNeverAccepted(id: string, policy: Policy): boolean {
  return policy.neverAccepted.some((pattern) => matchesCheck(pattern, id));
}
