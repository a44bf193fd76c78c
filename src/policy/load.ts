import { basename } from 'node:path';
import { readText } from '../base/read-text.ts';
import type { FileKind } from '../deployment/file-kind.ts';
import { problemsOfIssues } from '../deployment/issues.ts';
import { formatPath, type PathProblem } from '../deployment/paths.ts';
import { FILE_LIMIT_BYTES, refusal } from '../deployment/refusal.ts';
import { shapeOf } from '../deployment/schema/shape.ts';
import { readSource } from '../deployment/source.ts';
import { describePolicy } from './descriptions.ts';
import { type Policy, policySchema } from './schema.ts';

/** A policy, and the file it came from. */
export interface LoadedPolicy {
  readonly policy: Policy;
  /** Its name in reports: the name of the file, without its folder. */
  readonly file: string;
}

const POLICY_FILE: FileKind = { shape: shapeOf(policySchema), describe: describePolicy, flagFor: () => undefined };

/** Why a check id, subject or glob matches no check; undefined if it matches some. */
export type UnknownCheck = (pattern: string) => string | undefined;

/** Reads a policy. Throws UserError (exit 2) with every problem at once, each with its line and column. */
export async function loadPolicy(path: string, unknownCheck: UnknownCheck): Promise<LoadedPolicy> {
  const file = basename(path);
  const text = await readText(path, ['choose another policy with --policy', 'difyctl schema policy'], FILE_LIMIT_BYTES);
  return { policy: parsePolicy(text, file, unknownCheck), file };
}

/** Reads a policy from text; `file` is its name in messages. Throws UserError with every problem at once. */
export function parsePolicy(text: string, file: string, unknownCheck: UnknownCheck): Policy {
  const source = readSource(text, 'difyctl schema policy prints its schema');
  if (source.problems.length > 0) throw refusal(file, source.problems);
  const parsed = policySchema.safeParse(source.data);
  const problems = parsed.success
    ? unknownChecks(parsed.data, unknownCheck)
    : problemsOfIssues(parsed.error.issues, source.data, POLICY_FILE);
  if (parsed.success && problems.length === 0) return parsed.data;
  throw refusal(
    file,
    problems.map(({ path, message }) => ({ path: formatPath(path), message, ...source.placeOf(path) })),
  );
}

function unknownChecks({ checks, neverAccepted }: Policy, unknownCheck: UnknownCheck): readonly PathProblem[] {
  const named = [
    ...checks.map(({ check }, index) => ({ path: ['checks', index, 'check'], check })),
    ...neverAccepted.map((check, index) => ({ path: ['neverAccepted', index], check })),
  ];
  return named.flatMap(({ path, check }) => {
    const message = unknownCheck(check);
    return message === undefined ? [] : [{ path, message }];
  });
}
