import type { PathProblem } from '../paths.ts';
import type { Deployment } from './deployment.ts';
import { ADDRESS_RULES } from './rules/addresses.ts';
import { COMPONENT_RULES } from './rules/components.ts';
import { CREDENTIAL_RULES } from './rules/credentials.ts';
import { FRAME_RULES } from './rules/frame.ts';
import { HIDDEN_CHARACTER_RULES } from './rules/hidden-characters.ts';
import { HIDDEN_SECRET_RULES } from './rules/hidden-secrets.ts';
import { MYSQL_RULES } from './rules/mysql.ts';
import { RECOVERY_RULES } from './rules/recovery.ts';
import type { Finding, Rule } from './rules/rule.ts';
import { SERVICE_RULES } from './rules/services.ts';
import { WORKER_POOL_RULES } from './rules/worker-pools.ts';

/** All rules between fields. The schema has the rules of a single field; checks have the requirements of a tier. */
const RULES: readonly Rule[] = [
  ...FRAME_RULES,
  ...ADDRESS_RULES,
  ...SERVICE_RULES,
  ...MYSQL_RULES,
  ...CREDENTIAL_RULES,
  ...COMPONENT_RULES,
  ...WORKER_POOL_RULES,
  ...RECOVERY_RULES,
  ...HIDDEN_SECRET_RULES,
  ...HIDDEN_CHARACTER_RULES,
];

/** Checks the sections that are valid on their own. A rule is skipped if a section that it reads is invalid. */
export function checkRules(sections: Partial<Deployment>): {
  readonly problems: readonly PathProblem[];
  readonly warnings: readonly PathProblem[];
} {
  const findings = RULES.flatMap((rule) => rule(sections));
  return { problems: ofKind(findings, 'problem'), warnings: ofKind(findings, 'warning') };
}

function ofKind(findings: readonly Finding[], kind: Finding['kind']): readonly PathProblem[] {
  return findings
    .filter((finding) => finding.kind === kind)
    .map(({ path, message }) => ({ path: typeof path === 'string' ? path.split('.').map(step) : path, message }));
}

function step(text: string): string | number {
  return /^\d+$/.test(text) ? Number(text) : text;
}
