import { stripVTControlCharacters } from 'node:util';
import type { Reach } from '../../backup/restore/reach.ts';
import { span } from '../../base/duration.ts';
import { oneLine } from '../../base/printable.ts';
import { formatBytes } from '../../base/quantity.ts';
import { wrap } from '../../base/wrap.ts';
import type { RestorePlan } from '../../operations/restore/options.ts';
import type { RestoreResult } from '../../operations/restore/restore.ts';
import { paint, type Style, sign } from '../../report/style.ts';

/** The plan of a restore: the place, each step with what is there, and what is not restored. */
export function restorePlanText(plan: RestorePlan, style: Style): string {
  const { set, dify, commonPoint, reach, place, steps, left, resumes } = plan;
  const width = widest(steps.map(({ step }) => step));
  const facts = place.facts.map(({ name, value }) => `${name} ${value}`).join(', ');
  const lines = [
    ...wrap(oneLine(facts), style.width, 2),
    paint(style, 'strong', `  ${oneLine(set)}`),
    ...(reach === undefined
      ? [`  Dify ${oneLine(dify)}, data as of ${commonPoint}`]
      : [`  Dify ${oneLine(dify)}`, ...reachLines(reach, style)]),
    ...(resumes === undefined ? [] : [`  continues revision ${resumes}`]),
    ...steps.flatMap((step) => row(`  ${step.step.padEnd(width)}  `, stepWords(step), style)),
    ...leftLines(left, style),
  ];
  return `${lines.join('\n')}\n`;
}

/** The times as of which data is restored, and the work before the stated time that is lost. */
function reachLines(reach: Reach, style: Style): readonly string[] {
  const { at, databases, files, vectors, lostSeconds, rpo, isWithinRpo } = reach;
  const limit =
    rpo === undefined ? 'the file names no RPO' : `${isWithinRpo ? 'within' : 'more than'} the RPO of ${rpo}`;
  const lost = lostSeconds === 0 ? 'nothing before it is lost' : `${span(lostSeconds)} before it are lost, ${limit}`;
  const copied = vectors === undefined ? '' : `, vectors as of ${vectors}`;
  return wrap(`to ${at}: databases as of ${databases}, files as of ${files}${copied}; ${lost}`, style.width, 2);
}

/** The newest row and object, which show how far the data reaches. */
function newestLines(newest: RestoreResult['newest'], width: number, style: Style): readonly string[] {
  const { row: last, object } = newest ?? {};
  return [
    ...(last === undefined ? [] : row(`  ${'last row'.padEnd(width)}  `, `${last.at}, ${last.table}`, style)),
    ...(object === undefined ? [] : row(`  ${'last object'.padEnd(width)}  `, `${object.at}, ${object.key}`, style)),
  ];
}

function stepWords({ step, what, bytes, observed, renamedTo, occupied }: RestorePlan['steps'][number]): string {
  const size = bytes === 0 ? '' : ` (${formatBytes(bytes)})`;
  if (!occupied || step === 'vectors') return `${what}${size}: ${observed}`;
  const effect =
    renamedTo === undefined
      ? 'objects of the set replace those of the same key, and no other object is deleted'
      : `it is renamed to ${renamedTo}`;
  return `${what}${size}: ${observed}; ${effect}`;
}

/** A finished restore: the time of each step, invariants, what is not restored, and what to do next. */
export function restoredText({ plan, revision, steps, newest, invariants, next }: RestoreResult, style: Style): string {
  const width = widest([...steps.map(({ step }) => step), ...invariants.map(({ id }) => id)]);
  const lines = [
    paint(style, 'strong', `  ${oneLine(plan.set)} is restored, revision ${revision}`),
    ...steps.map(({ step, seconds }) => `  ${step.padEnd(width)}  ${span(seconds ?? 0)}`),
    ...(plan.reach === undefined ? [] : reachLines(plan.reach, style)),
    ...newestLines(newest, width, style),
    '',
    ...invariants.flatMap(({ id, status, observed }) =>
      row(`  ${sign(style, status)} ${id.padEnd(width)}  `, observed, style),
    ),
    ...leftLines(plan.left, style),
    ...(next.length === 0 ? [] : ['', ...nextLines(next, style)]),
  ];
  return `${lines.join('\n')}\n`;
}

/** What a person still has to do. */
export function nextLines(next: readonly string[], style: Style): readonly string[] {
  // A command is not wrapped, so that it can be copied.
  const lines = next.flatMap((text) =>
    text.startsWith(' ') ? [`    ${text.trimEnd()}`] : wrap(oneLine(text), style.width, 4, 2),
  );
  return ['  next:', ...lines];
}

function leftLines(left: readonly string[], style: Style): readonly string[] {
  if (left.length === 0) return [];
  return ['', '  not restored:', ...left.flatMap((text) => wrap(oneLine(text), style.width, 4, 2))];
}

/** A text beside its name, with the rest of its lines below it. */
function row(name: string, text: string, style: Style): readonly string[] {
  const [first = '', ...rest] = wrap(oneLine(text), style.width, stripVTControlCharacters(name).length);
  return [`${name}${first.trimStart()}`, ...rest];
}

function widest(names: readonly string[]): number {
  return Math.max(...names.map((name) => name.length), 0);
}
