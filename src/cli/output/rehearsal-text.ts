import { oneLine } from '../../base/printable.ts';
import { counted } from '../../base/words.ts';
import { wrap } from '../../base/wrap.ts';
import {
  DRILL_KINDS,
  type DrillKind,
  type DrillStatus,
  type PrintedRehearsal,
  worstOf,
} from '../../rehearsal/report.ts';
import { arrow, paint, type Style, sign } from '../../report/style.ts';

/** Returns a rehearsal as text: the table of components and drills, and what failed with its next step. */
export function rehearsalText(report: PrintedRehearsal, style: Style): string {
  const { deployment, tier, shape, summary, drills, published, limits, seconds } = report;
  const kinds = DRILL_KINDS.filter((kind) => drills.some((drill) => drill.kind === kind));
  const source = shape.source === 'cluster' ? 'copied from the cluster' : 'from --nodes';
  const head = `${counted(shape.nodes, 'node')} in ${counted(shape.zones, 'zone')}, ${source}, Kubernetes ${shape.kubernetes}`;
  const total = `${summary.pass} pass, ${summary.warn} warn, ${summary.fail} fail, ${summary.skip} skip in ${seconds} s`;
  const lines = [
    ...wrap(`${deployment} (${tier}): ${head}`, style.width, 2),
    '',
    ...tableLines(drills, kinds, style),
    '',
    ...drills.filter(({ status }) => status !== 'pass').flatMap((drill) => findingLines(drill, style)),
    ...wrap(
      `Slowest recovery by scheduler and controllers alone: ${slowest(drills)} s. In a cluster, add:`,
      style.width,
      2,
    ),
    ...published.flatMap(({ name, seconds: added, appliesTo }) =>
      wrap(`${name} ${added} s: ${appliesTo}`, style.width, 4, 2),
    ),
    ...limits.flatMap((limit) => wrap(limit, style.width, 2, 2)),
    `  ${sign(style, summary.fail > 0 ? 'fail' : 'pass')} ${wrap(total, style.width, 4).join('\n').trimStart()}`,
  ];
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

function tableLines(drills: PrintedRehearsal['drills'], kinds: readonly DrillKind[], style: Style): readonly string[] {
  const components = [...new Set(drills.flatMap((drill) => drill.components.map(({ component }) => component)))];
  const first = Math.max('component'.length, 'all'.length, ...components.map((name) => oneLine(name).length));
  // If the names of the drills do not fit, the columns have numbers.
  const isWide = first + kinds.join('  ').length + 4 <= style.width;
  const headings = kinds.map((kind, index) => (isWide ? kind : String(index + 1)));
  const cell = (text: string, shown: string, index: number): string =>
    shown + ' '.repeat(Math.max(0, (headings[index]?.length ?? 1) - text.length));
  const row = (name: string, statuses: readonly DrillStatus[]): string =>
    `  ${oneLine(name).padEnd(first)}  ${statuses
      .map((status, index) => cell(sign({ ...style, color: false }, status), sign(style, status), index))
      .join('  ')}`;
  const legend = isWide ? [] : kinds.map((kind, index) => `  ${index + 1}  ${kind}`);
  return [
    ...legend,
    paint(style, 'strong', `  ${'component'.padEnd(first)}  ${headings.join('  ')}`),
    ...components.map((name) =>
      row(
        name,
        kinds.map((kind) => statusOf(drills, kind, name)),
      ),
    ),
    row(
      'all',
      kinds.map((kind) => worstOf(drills.filter((drill) => drill.kind === kind).map(({ status }) => status))),
    ),
  ];
}

/** The worst status of a component in the drills of one kind. */
function statusOf(drills: PrintedRehearsal['drills'], kind: DrillKind, component: string): DrillStatus {
  const outcomes = drills
    .filter((drill) => drill.kind === kind)
    .flatMap((drill) => drill.components.filter((one) => one.component === component));
  return worstOf(outcomes.map(({ status }) => status));
}

function findingLines(
  { kind, subject, status, message, remedy }: PrintedRehearsal['drills'][number],
  style: Style,
): readonly string[] {
  const [first = '', ...more] = wrap(oneLine(`${kind} ${subject}: ${message}`), style.width, 4);
  return [
    `  ${sign(style, status)} ${first.trimStart()}`,
    ...more,
    ...(remedy === '' ? [] : wrap(`${arrow(style)} ${oneLine(remedy)}`, style.width, 4, 2)),
  ];
}

function slowest(drills: PrintedRehearsal['drills']): number {
  return Math.max(0, ...drills.flatMap(({ components }) => components.map(({ readyAfter }) => readyAfter ?? 0)));
}
