import { shellWord } from '../../base/shell-word.ts';
import { type EgressFact, NAMES_EGRESS } from '../../evidence/names/egress.ts';
import type { Check, JudgeContext, Judgement, Observation } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { warning, whereFile } from '../when.ts';

const EXPECTED = 'an answer from each';

/** Access to the internet matters for plugins, not for the installation: a failure is a warning at most. */
export const namesEgress: Check = {
  id: 'names.egress',
  title: 'the sources of plugins can be reached',
  phases: ['preflight'],
  severity: warning,
  when: whereFile(({ components }) => components.pluginDaemon?.enabled !== false),
  requires: [NAMES_EGRESS],
  remedy: 'allow the plugin daemon to reach the marketplace and the package index',
  judge: (context) => {
    const facts = context.evidence(NAMES_EGRESS);
    if (facts.length === 0)
      return pass('the marketplace is off and no mirror is named: no request leaves the deployment');
    const from = context.optionalEvidence(NAMES_EGRESS)?.from ?? 'local';
    const observations = facts.map((fact): Observation => {
      const trouble = problemOf(fact);
      const observed = trouble ?? fact.unseen ?? `answers (${fact.status})`;
      const status = trouble !== undefined ? 'warn' : fact.unseen !== undefined ? 'skip' : 'pass';
      return { subject: new URL(fact.url).host, from, status, observed, expected: EXPECTED };
    });
    return { ...verdict(facts, context), observations };
  },
};

function verdict(facts: readonly EgressFact[], context: JudgeContext): Judgement {
  const troubled = facts.filter((fact) => problemOf(fact) !== undefined);
  const [first] = troubled;
  if (first !== undefined) {
    const observed = listed(troubled.map((fact) => `${hostOf(fact)} ${problemOf(fact)}`));
    const lost = [...new Set(troubled.map((fact) => LOST[fact.of]))];
    return finding('warn', {
      observed,
      expected: EXPECTED,
      message: `${observed}: ${listed(lost)}`,
      remedy: nextStep(first, context),
    });
  }
  const unseen = facts.filter((fact) => fact.unseen !== undefined);
  const words = listed(unseen.map((fact) => `${hostOf(fact)} (${fact.unseen})`));
  if (unseen.length === facts.length)
    return { status: 'skip', observed: '', expected: EXPECTED, message: `not reachable from this machine: ${words}` };
  const answered = facts.filter(({ status }) => status !== undefined).map(hostOf);
  return pass(
    `${listed(answered)} ${answered.length === 1 ? 'answers' : 'answer'}${unseen.length === 0 ? '' : `; not reachable from this machine: ${words}`}`,
    EXPECTED,
  );
}

const LOST = {
  marketplace: 'no plugin could be installed from the marketplace',
  packages: 'no plugin could fetch its Python packages',
} as const satisfies Record<EgressFact['of'], string>;

/**
 * Why the destination cannot be used; undefined if it can. A refusal (401, 403) is an answer: whether the deployment
 * has a login for the mirror is not judged.
 */
function problemOf({ fault: failed, status, of, proxy, variable }: EgressFact): string | undefined {
  if (failed !== undefined) {
    const by = proxy === undefined ? '' : ` (by the proxy ${proxy})`;
    const own = failed.stage === 'tls' && variable === undefined ? ', as with a proxy that inspects TLS' : '';
    return `${reworded(failed.text)}${own}${by}`;
  }
  if (status === undefined) return undefined;
  if (status >= 500) return `answers ${status}`;
  return of === 'packages' && variable !== undefined && status === 404
    ? 'has no package index at that path (404)'
    : undefined;
}

/** Removes the host from a failure of name resolution, which contains it. */
function reworded(text: string): string {
  return text.replace(/^\S+ (does not resolve|is not resolved)/, '$1');
}

function nextStep({ url, by, variable }: EgressFact, context: JudgeContext): string {
  const { target } = deploymentOf(context);
  const isOutsideCluster = target.type === 'kubernetes' && context.optionalEvidence(NAMES_EGRESS)?.from !== 'cluster';
  if (isOutsideCluster) return 'difyctl preflight --only names.egress --from cluster probes it from a pod';
  const { host, port } = new URL(url);
  const place = port === '' ? `${host}:443` : host;
  if (variable !== undefined)
    return `run in the network of the ${by}: curl -sSI ${shellWord(url)}; its address is ${variable} in extraEnv`;
  return by === 'api'
    ? `let the ${by} reach ${place}, or turn off the marketplace: components.api.extraEnv: { MARKETPLACE_ENABLED: "false" }`
    : `let the ${by} reach ${place}, or set a mirror: components.pluginDaemon.extraEnv: { PIP_MIRROR_URL: https://… }`;
}

function hostOf({ url }: EgressFact): string {
  return new URL(url).host;
}
