import { shellWord } from '../../../base/shell-word.ts';
import { CLUSTER_ADMISSION } from '../../../evidence/cluster/admission.ts';
import type { Refusal } from '../../../evidence/cluster/dry-run.ts';
import { CLUSTER_NAMESPACE } from '../../../evidence/cluster/release.ts';
import { RENDERED_OBJECTS } from '../../../evidence/rendered/set.ts';
import type { Check, Judgement } from '../../check.ts';
import { counted, finding, groupBy, listed, pass, some } from '../../judgement.ts';
import { error, onKubernetesWithFile } from '../../when.ts';
import { sortRefusals } from './refusals.ts';

const EXPECTED = 'a cluster that accepts every object of the plan';

export const clusterAdmission: Check = {
  id: 'cluster.admission',
  title: 'the API server accepts every object of the plan in a dry run',
  phases: ['preflight'],
  severity: error,
  when: onKubernetesWithFile,
  requires: [CLUSTER_ADMISSION, RENDERED_OBJECTS],
  optional: [CLUSTER_NAMESPACE],
  remedy: 'satisfy the policy in components or extraValues, or ask for an exception',
  judge: (context) => {
    const { namespaceExists, asked, refusals } = context.evidence(CLUSTER_ADMISSION);
    if (!namespaceExists) {
      const name = context.optionalEvidence(CLUSTER_NAMESPACE)?.data?.name ?? 'NAME';
      return skipped(`the namespace does not exist yet; run this check after kubectl create namespace ${name}`);
    }
    const { objects } = context.evidence(RENDERED_OBJECTS);
    const { faults, dropped, notAsked } = sortRefusals(refusals, {
      enforces: context.optionalEvidence(CLUSTER_NAMESPACE)?.data?.enforces ?? '',
      serviceAccounts: objects.filter(({ kind }) => kind === 'ServiceAccount').map(({ name }) => name),
    });
    if (faults.length > 0) return refused(faults);
    if (dropped.length > 0) return unknownFields(dropped);
    const taken = asked - new Set(refusals.map(({ object }) => object)).size;
    if (taken === 0) return skipped(`nothing could be checked: ${listed(notAsked)}`);
    const rest = notAsked.length === 0 ? '' : `; others were not checked: ${listed(notAsked)}`;
    return pass(`${counted(taken, 'object')} accepted in a dry run${rest}`, EXPECTED);
  },
};

function skipped(message: string): Judgement {
  return { status: 'skip', observed: '', expected: '', message };
}

/** One line for each policy, webhook or rule, even if it refuses many objects. */
function refused(faults: readonly Refusal[]): Judgement {
  const groups = [...groupBy(faults, (one) => refuserOf(one)?.name ?? one.text).values()];
  const lines = groups.map(
    (group) =>
      `${some(
        group.map(({ object }) => object),
        2,
      )}: ${sentenceOf(group[0])}`,
  );
  const shown = groups[0]?.[0] && refuserOf(groups[0][0])?.show;
  return finding('fail', {
    observed: some(lines, 2),
    expected: EXPECTED,
    message: ['the API server would refuse', ...lines].join('\n'),
    ...(shown === undefined
      ? {}
      : { remedy: `satisfy it in components or extraValues, or ask for an exception: ${shown}` }),
  });
}

function unknownFields(dropped: readonly Refusal[]): Judgement {
  const lines = dropped.map(({ object, text }) => `${object}: ${text.split('strict decoding error: ').at(-1) ?? text}`);
  return finding('warn', {
    observed: some(lines, 2),
    expected: 'fields that this Kubernetes knows',
    message: `fields that this Kubernetes does not know would be dropped: ${some(lines, 2)}`,
    remedy: 'fix the name of the field in extraValues, or use the version of the chart that fits this Kubernetes',
  });
}

interface Refuser {
  readonly name: string;
  /** The command that shows what it requires. */
  readonly show: string;
}

function refuserOf({ text }: Refusal): Refuser | undefined {
  const policy = /ValidatingAdmissionPolicy '([^']+)'/.exec(text)?.[1];
  if (policy !== undefined)
    return { name: `policy ${policy}`, show: `kubectl get validatingadmissionpolicy ${shellWord(policy)} -o yaml` };
  const webhook = /admission webhook "([^"]+)"|calling webhook "([^"]+)"/.exec(text);
  const name = webhook?.[1] ?? webhook?.[2];
  if (name === undefined) return undefined;
  const show = 'kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations';
  return { name: `webhook ${name}`, show };
}

/** The policy's own message, without the object names before it. */
function sentenceOf(refusal: Refusal | undefined): string {
  if (refusal === undefined) return '';
  const refuser = refuserOf(refusal);
  const [, own] = /denied (?:the )?request: ([\s\S]*)$/.exec(refusal.text) ?? [];
  return refuser === undefined || own === undefined ? refusal.text : `${refuser.name} says: ${own}`;
}
