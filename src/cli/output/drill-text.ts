import { span } from '../../base/duration.ts';
import { oneLine } from '../../base/printable.ts';
import { wrap } from '../../base/wrap.ts';
import { resultsOf } from '../../recovery/drill-facts.ts';
import type { DrillRecord, FullDrill } from '../../recovery/drill-record.ts';
import type { DrillVerdict } from '../../recovery/drill-verdict.ts';
import { arrow, paint, type Style, sign } from '../../report/style.ts';

/** A drill as text: times of the parts, promises, invariants, and where the record is. */
export function drillText(record: DrillRecord, verdicts: readonly DrillVerdict[], path: string, style: Style): string {
  const { set, durations, invariants, newestRecovered, outcome, full } = record;
  const { failures = [], services = [], workflow } = full ?? {};
  const checks = full === undefined ? [] : resultsOf(full);
  const facts = [
    ['data as of', record.commonPoint],
    ...(newestRecovered === undefined ? [] : [['newest row', `${newestRecovered.at} in ${newestRecovered.table}`]]),
    ...durations.map(({ part, seconds }) => [part, span(seconds)]),
    ...(full === undefined ? [] : [['start of Dify', span(full.startSeconds)]]),
  ] as const;
  const names = [...facts.map(([name = '']) => name), ...[...invariants, ...checks].map(({ id }) => id)];
  const width = Math.max(...names.map(({ length }) => length));
  const isBroken = outcome === 'fail' || verdicts.some(({ status }) => status === 'fail');
  const title = `${oneLine(set)} restored beside ${oneLine(record.deployment)}, and removed`;
  const show = (name: string, status: Shown, observed: string) => row(name, status, observed, { style, width });
  const lines = [
    ...wrap(title, style.width, 2).map((line) => paint(style, 'strong', line)),
    ...facts.map(([name = '', value = '']) => `    ${name.padEnd(width)}  ${value}`),
    '',
    ...invariants.flatMap(({ id, status, observed }) => show(id, status, observed)),
    ...checks.flatMap(({ id, status, observed }) => show(id, status, observed)),
    ...(workflow?.next === undefined ? [] : wrap(`${arrow(style)} ${oneLine(workflow.next)}`, style.width, 6)),
    ...failures.flatMap((failure) => failureLines(failure, style)),
    ...verdicts.flatMap(({ promise, status, observed }) => show(promise, status, observed)),
    '',
    `  ${sign(style, isBroken ? 'fail' : 'pass')} ${isBroken ? 'the drill failed' : 'the drill passed'}`,
    ...(services.length === 0 ? [] : wrap(`services: ${services.map(oneLine).join(', ')}`, style.width, 4)),
    ...wrap(`record: ${path}`, style.width, 4),
  ];
  return `${lines.join('\n')}\n`;
}

type Shown = FullDrill['checks'][number]['status'];

/** A service that did not become ready, and its last lines of log: its container is removed. */
function failureLines({ service, reason, logs }: FullDrill['failures'][number], style: Style): readonly string[] {
  const [first = '', ...rest] = wrap(oneLine(`${service}: ${reason}`), style.width, 4);
  const head = `  ${sign(style, 'fail')} ${first.trimStart()}`;
  return [head, ...rest, ...logs.flatMap((line) => wrap(oneLine(line), style.width, 6))];
}

/** The fewest columns of a text beside its name. A narrower terminal has the text below the name. */
const NARROWEST = 24;

function row(
  name: string,
  status: Shown,
  observed: string,
  { style, width }: { readonly style: Style; readonly width: number },
): readonly string[] {
  const margin = 4 + width + 2;
  const head = `  ${sign(style, status)} ${name}`;
  if (style.width - margin < NARROWEST) return [head, ...wrap(oneLine(observed), style.width, 6)];
  const [first = '', ...rest] = wrap(oneLine(observed), style.width, margin);
  return [`${head}${' '.repeat(width - name.length)}  ${first.trimStart()}`, ...rest];
}
