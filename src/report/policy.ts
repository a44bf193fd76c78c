import type { CheckResult, PolicyFacts } from '../checks/check.ts';

/** `acme-prod (policy.yaml), 8 × 16C/64G` */
export function policyName({ name, file, nodes }: PolicyFacts): string {
  return `${name} (${file})${nodes === undefined ? '' : `, ${nodes}`}`;
}

/** `policy: acme-prod (policy.yaml), 8 × 16C/64G` */
export function policyLine(facts: PolicyFacts): string {
  return `policy: ${policyName(facts)}`;
}

/** Why the policy changes the severity of a check. Undefined if no policy names the check. */
export function severityChange({ severity, policy }: CheckResult): string | undefined {
  if (policy === undefined) return undefined;
  const otherwise = policy.was === severity ? '' : `, else ${policy.was}`;
  return `${severity} by policy${otherwise}: ${policy.reason}`;
}
