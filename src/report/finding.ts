import { wrap } from '../base/wrap.ts';
import type { CheckResult } from '../checks/check.ts';
import { groupBy } from '../checks/judgement.ts';
import { severityChange } from './policy.ts';
import { arrow, paint, type Style, sign } from './style.ts';

const INDENT = 5;
const DETAIL = 9;

/**
 * The lines of findings, below their subject: sign, id and message; further lines of the message; the accepted risk;
 * the change of severity by policy; the next step; and for a failed check the command that explains it.
 */
export function findingLines(findings: readonly CheckResult[], style: Style): readonly string[] {
  // Unknown results with the same reason are one entry.
  const groups = groupBy(findings, (finding) =>
    finding.status === 'unknown' ? `unknown ${finding.message}` : finding.id,
  );
  return [...groups.values()].flatMap((group) => oneFinding(group, style));
}

/** `pilot, rebuild takes 40 min (until 2027-01-31)` */
export function acceptedText({ reason, until }: NonNullable<CheckResult['accepted']>): string {
  return until === undefined ? reason : `${reason} (until ${until})`;
}

/** The command that prints a check's documentation. */
export function explainHint(id: string): string {
  return `why: difyctl checks explain ${id}`;
}

function oneFinding(group: readonly CheckResult[], style: Style): readonly string[] {
  const [first] = group;
  if (first === undefined) return [];
  const [message = '', ...more] = first.message.split('\n');
  const { accepted, remedy } = first;
  const change = severityChange(first);
  const quiet = (text: string) => wrap(text, style.width, DETAIL).map((line) => paint(style, 'quiet', line));
  return [
    ...headLines(first, group.map((finding) => finding.id).join(', '), message, style),
    ...more.flatMap((line) => wrap(line, style.width, DETAIL)),
    ...(accepted === undefined ? [] : quiet(`accepted: ${acceptedText(accepted)}`)),
    ...(change === undefined ? [] : quiet(change)),
    ...(remedy === '' ? [] : wrap(`${arrow(style)} ${remedy}`, style.width, DETAIL, arrow(style).length + 1)),
    ...(first.status === 'fail' ? quiet(explainHint(first.id)) : []),
  ];
}

function headLines(finding: CheckResult, ids: string, message: string, style: Style): readonly string[] {
  const lead = `${' '.repeat(INDENT)}${sign(style, finding.status)} `;
  const oneLine = INDENT + 2 + ids.length + 3 + message.length <= style.width;
  if (oneLine) return [`${lead}${ids}   ${message}`];
  const [first = '', ...more] = wrap(ids, style.width, INDENT + 2);
  return [`${lead}${first.trim()}`, ...more, ...wrap(message, style.width, DETAIL)];
}
