import { oneLine } from '../../base/printable.ts';
import { wrap } from '../../base/wrap.ts';
import type { Drift } from '../../evidence/drift/drift.ts';
import { driftText } from '../../evidence/drift/words.ts';
import type { PlannedInstall, PlannedLoad } from '../../operations/plan-install.ts';
import { arrow, dot, paint, type Style } from '../../report/style.ts';
import type { Drained, FieldChange, Interruption, PlannedChange } from '../../targets/target.ts';

const SIGNS = { create: '+', change: '~', delete: '-' } as const;
const TONES = { create: 'good', change: 'care', delete: 'bad' } as const;
const INDENT = 14;

/** A plan in short: how many objects of each kind. Empty if nothing changes. */
export function kindLines({ plan }: PlannedInstall, style: Style): readonly string[] {
  return plan.changes.length === 0 ? [] : wrap(kindsText(plan.changes), style.width, INDENT);
}

/** `context prod-eu · https://10.2.0.1:6443 · user ops@example.com · namespace dify · release none` */
export function placeLines({ place }: PlannedInstall, style: Style): readonly string[] {
  const words = place.facts.map(({ name, value }) => oneLine(name === 'server' ? value : `${name} ${value}`));
  return wrap(words.join(` ${dot(style)} `), style.width, 2);
}

/** One line per object. With `withPaths`, also the paths that differ. */
export function changeLines(changes: readonly PlannedChange[], style: Style, withPaths: boolean): readonly string[] {
  return changes.flatMap(({ action, kind, name, paths, fields }) => [
    `    ${paint(style, TONES[action], SIGNS[action])} ${oneLine(`${kind} ${name}`)}`,
    ...(withPaths ? (fields?.map((one) => fieldText(one, style)) ?? paths ?? []) : []).map(
      (line) => `        ${oneLine(line)}`,
    ),
  ]);
}

/** `spec.replicas  2 → 3`; for a secret only the path. */
function fieldText({ path, was, is, secret }: FieldChange, style: Style): string {
  if (secret === true) return `${path}  value not shown`;
  if (was === undefined && is === undefined) return path;
  return `${path}  ${was ?? '(none)'} ${arrow(style)} ${is ?? '(none)'}`;
}

/**
 * The effects of a plan: the users that its replicas serve, an upgrade with its versions, changed secrets with the
 * workloads that they restart, and the workloads that are replaced with an interruption.
 */
export function summaryLines({ plan, load, upgrade }: PlannedInstall, style: Style): readonly string[] {
  const versions = upgrade.map(({ what, from, to }) => `${what} ${from} ${arrow(style)} ${to}`);
  const { changes, secrets = [], rolls = [], oneByOne = [], interruptions = [], drains = [] } = plan;
  const rolled = rolls.length === 0 ? 'rolls nothing' : `rolls ${rolls.join(', ')}`;
  return [
    ...(load === undefined ? [] : labelled('load', loadText(load), style)),
    ...(versions.length === 0 ? [] : labelled('upgrade', versions.join(', '), style)),
    ...(secrets.length === 0 ? [] : labelled('secrets', `${secrets.join(', ')} changed: ${rolled}`, style)),
    ...(oneByOne.length === 0
      ? []
      : labelled(
          'one by one',
          `${oneByOne.join(', ')}: nginx sends requests to a new container before an old one stops`,
          style,
        )),
    ...interruptionLines(interruptions, style),
    ...(changes.length === 0 ? [] : drainLines(drains, style)),
  ];
}

/** `about 750 users at once, limited by 12 × api with 1 core (by …); load.concurrentUsers is 400` */
function loadText({ concurrentUsers, served, limitedBy, figure }: PlannedLoad): string {
  return `about ${served} users at once, limited by ${limitedBy} (${figure}); load.concurrentUsers is ${concurrentUsers}`;
}

const EFFECTS = {
  stops: ['stops', 'not available until the new one is ready'],
  requests: ['requests', 'a request may fail while a pod stops'],
} as const;

function interruptionLines(interruptions: readonly Interruption[], style: Style): readonly string[] {
  return (['stops', 'requests'] as const).flatMap((effect) => {
    const [label, meaning] = EFFECTS[effect];
    const those = interruptions.filter((one) => one.effect === effect);
    return byReason(those).flatMap(({ names, reason }) => labelled(label, `${names}: ${meaning} (${reason})`, style));
  });
}

function drainLines(drains: readonly Drained[], style: Style): readonly string[] {
  return byReason(drains).flatMap(({ names, reason }) =>
    labelled('drain', `${names}: interrupted by a drain of the node (${reason})`, style),
  );
}

/** The workloads that share a reason, together. */
function byReason(those: readonly Drained[]): readonly { readonly names: string; readonly reason: string }[] {
  return [...new Set(those.map(({ reason }) => reason))].map((reason) => {
    const names = those.filter((one) => one.reason === reason).map(({ name }) => name);
    return { names: names.join(', '), reason };
  });
}

/** `  upgrade     Dify 1.16.0 → 1.16.1`, further lines indented to the text. */
function labelled(label: string, text: string, style: Style): readonly string[] {
  const [first = '', ...rest] = wrap(oneLine(text), style.width, INDENT);
  return [`  ${label}`.padEnd(INDENT) + first.trimStart(), ...rest];
}

/** Changes that others made since the last install, which an install undoes. Empty if there are none. */
export function driftLines(drift: readonly Drift[], style: Style): readonly string[] {
  if (drift.length === 0) return [];
  const title = `changed since the last install, and undone by install (${drift.length}):`;
  return [
    `  ${paint(style, 'care', title)}`,
    ...drift.flatMap((one) => wrap(oneLine(driftText(one, arrow(style))), style.width, 4)),
  ];
}

/** `+ 9 Deployments  + 9 Services  ~ 1 ConfigMap` */
function kindsText(changes: readonly PlannedChange[]): string {
  const counts = new Map<string, number>();
  for (const { action, kind } of changes) {
    const key = `${SIGNS[action]} ${oneLine(kind)}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted
    .map(([key, count]) => {
      const [mark = '', kind = ''] = key.split(' ');
      return `${mark} ${count} ${count === 1 ? kind : plural(kind)}`;
    })
    .join('  ');
}

function plural(kind: string): string {
  if (/[sx]$/.test(kind)) return `${kind}es`;
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`;
}
