import { isOlder } from '../../../base/version-order.ts';
import type { ComponentName } from '../../../checklist/components.ts';
import { SHARED_KEYS } from '../../../checklist/shared-keys.ts';
import {
  AUDIT_SECRETS,
  AUDIT_WORKLOADS,
  type AuditedSecret,
  type AuditedWorkload,
} from '../../../evidence/audit/facts.ts';
import type { Judgement } from '../../check.ts';
import { counted, finding, groupBy, listed, pass, some } from '../../judgement.ts';
import { error, errorInProd, errorInProdElseWarning } from '../../when.ts';
import { auditCheck } from '../check.ts';
import { difyVersion, workloadsOf } from '../context.ts';

/** Variables that Dify 1.17.0 renamed (release notes). Older releases do not read the new name. */
const RENAMED: ReadonlyMap<string, string> = new Map([
  ['DIFY_AGENT_SHELLCTL_AUTH_TOKEN', 'DIFY_AGENT_LOCAL_SANDBOX_AUTH_TOKEN'],
]);
const RENAMED_SINCE = '1.17.0';

const GENERATED = 'generates every key, and refuses a value that upstream publishes';

/** Keys that open a process to everybody if they are empty. Dify makes SECRET_KEY itself if it is empty. */
const REQUIRED: readonly (readonly [component: ComponentName, variable: string])[] = [
  ['pluginDaemon', 'SERVER_KEY'],
  ['pluginDaemon', 'DIFY_INNER_API_KEY'],
  ['sandbox', 'API_KEY'],
  ['agentBackend', 'DIFY_AGENT_API_TOKEN'],
  ['localSandbox', 'SHELLCTL_AUTH_TOKEN'],
];

export const auditPublishedSecrets = auditCheck({
  id: 'config.published-secrets',
  title: 'no secret has a value that upstream publishes',
  severity: errorInProdElseWarning,
  risk: 10,
  change: GENERATED,
  requires: [AUDIT_WORKLOADS, AUDIT_SECRETS],
  remedy: 'replace the published values; change the keys at model providers too, because others could read them',
  judge: (context) => {
    const secrets = context.evidence(AUDIT_SECRETS);
    const expected = 'values of your own';
    const published = secrets.filter(({ isPublished }) => isPublished);
    if (published.length > 0) {
      const names = [...groupBy(published, ({ variable }) => variable)];
      const words = names.map(
        ([variable, all]) =>
          `${variable} of ${some(
            all.map(({ workload }) => workload),
            3,
          )}`,
      );
      return finding('fail', {
        observed: some(words, 8),
        expected,
        message: `${counted(names.length, 'secret')} with a value that upstream publishes: ${some(words, 8)}`,
      });
    }
    return pass(`${counted(secrets.length, 'secret')}, none of them published`, expected);
  },
});

export const auditEmptyKeys = auditCheck({
  id: 'config.empty-keys',
  title: 'every internal process requires a key',
  severity: errorInProd,
  risk: 7,
  change: GENERATED,
  requires: [AUDIT_WORKLOADS, AUDIT_SECRETS],
  remedy: 'set each to a value of its own, and give its clients the same value',
  judge: (context) => {
    const secrets = context.evidence(AUDIT_SECRETS);
    const expected = 'a key on each of them';
    const empty = REQUIRED.flatMap(([component, variable]) =>
      workloadsOf(context)
        .filter((workload) => workload.component === component && isEmpty(secrets, workload, variable))
        .map(({ name }) => `${variable} of ${name}`),
    );
    if (empty.length === 0) return pass('no key is empty', expected);
    return finding('fail', {
      observed: `empty: ${listed(empty)}`,
      expected,
      message: `empty keys: ${listed(empty)}; these processes answer every client that reaches them`,
    });
  },
});

function isEmpty(secrets: readonly AuditedSecret[], { name }: AuditedWorkload, variable: string): boolean {
  return secrets.some((one) => one.workload === name && one.variable === variable && one.isEmpty);
}

export const auditSecretPairs = auditCheck({
  id: 'config.secret-pairs',
  title: 'keys that two components share are the same on both sides',
  severity: error,
  risk: 9,
  change: 'gives both sides of a shared key the same reference',
  requires: [AUDIT_WORKLOADS, AUDIT_SECRETS],
  remedy: 'set the same value on both sides, then restart them',
  judge: (context): Judgement => {
    const secrets = context.evidence(AUDIT_SECRETS);
    const expected = 'one value on every side';
    const version = difyVersion(context);
    const isRenamed = version !== undefined && !isOlder(version, RENAMED_SINCE);
    const broken = SHARED_KEYS.flatMap((sides) => {
      const there = sides.flatMap(([component, variable]) =>
        sidesOf(workloadsOf(context), secrets, component, (isRenamed ? RENAMED.get(variable) : undefined) ?? variable),
      );
      return new Set(there.map(({ group }) => group)).size < 2 ? [] : [describe(there)];
    });
    if (broken.length === 0) return pass('both sides of every shared key have one value', expected);
    return finding('fail', { observed: broken.join('; '), expected });
  },
});

function sidesOf(
  workloads: readonly AuditedWorkload[],
  secrets: readonly AuditedSecret[],
  component: ComponentName,
  variable: string,
): readonly AuditedSecret[] {
  const names = workloads.filter((one) => one.component === component).map(({ name }) => name);
  return secrets.filter((one) => one.variable === variable && names.includes(one.workload));
}

function describe(sides: readonly AuditedSecret[]): string {
  const [first = [], ...others] = groupBy(sides, ({ group }) => String(group)).values();
  const names = (set: readonly AuditedSecret[]) =>
    listed(set.map(({ variable, workload }) => `${variable} of ${workload}`));
  return `another value than ${names(first)}: ${names(others.flat())}`;
}
