import mustache from 'mustache';
import { packageFile } from '../base/package-file.ts';
import { ESCAPES, type TemplateFormat } from './template-formats.ts';

/**
 * The values of a template: texts and numbers for placeholders, booleans and lists for sections. Each item of a list
 * has the values of one repetition of its section.
 */
export interface TemplateValues {
  readonly [name: string]: string | number | boolean | readonly TemplateValues[];
}

/** Files of templates/ and the format for which their values are escaped. */
const TEMPLATES = {
  'nginx/nginx.conf': 'nginx',
  'squid/squid.conf': 'squid',
  'squid/rules.conf': 'squid',
  'systemd/work.service': 'systemd',
  'systemd/work.timer': 'systemd',
  'runbook/start.md': 'markdown',
  'runbook/pod-lost.md': 'markdown',
  'runbook/node-lost.md': 'markdown',
  'runbook/zone-lost.md': 'markdown',
  'runbook/region-lost.md': 'markdown',
  'runbook/data-corruption.md': 'markdown',
  'runbook/deleted-bucket.md': 'markdown',
  'runbook/deleted-database.md': 'markdown',
  'runbook/lost-secret.md': 'markdown',
  'runbook/ransomware.md': 'markdown',
  'runbook/bad-upgrade.md': 'markdown',
  'runbook/expired-certificate.md': 'markdown',
  'runbook/stop-and-start.md': 'markdown',
  'runbook/restore-set.md': 'markdown',
  'runbook/restore-postgres.md': 'markdown',
  'runbook/restore-files.md': 'markdown',
  'runbook/restore-vectors.md': 'markdown',
  'runbook/standby-region.md': 'markdown',
} as const satisfies Readonly<Record<string, TemplateFormat>>;

export type TemplateName = keyof typeof TEMPLATES;

/** Fills a file of templates/. Throws Error like `fillText`: then template and caller do not match, which is a bug. */
export function fillTemplate(name: TemplateName, values: TemplateValues): string {
  return fillTemplates([name], values);
}

/** Fills several files of one format as one text, with an empty line between them. Throws Error like `fillTemplate`. */
export function fillTemplates(names: readonly [TemplateName, ...TemplateName[]], values: TemplateValues): string {
  try {
    const text = names.map((name) => packageFile(`templates/${name}`)).join('\n');
    return fillText(text, TEMPLATES[names[0]], values);
  } catch (error) {
    const which = names.map((name) => `templates/${name}`).join(', ');
    throw new Error(`${which}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/**
 * Fills a mustache template. `{{name}}` is a placeholder. `{{#name}}…{{/name}}` is written if the boolean is true, or
 * once per item of the list; `{{^name}}…{{/name}}` if it is false or the list is empty. Each value is escaped for the
 * format. Throws Error for a placeholder without a value, a value without a placeholder, and any other kind of tag,
 * such as an unescaped one.
 */
export function fillText(template: string, format: TemplateFormat, values: TemplateValues): string {
  const tokens = mustache.parse(template) as readonly Token[];
  refuseUnknown(tokens, [values]);
  const toWord = ESCAPES[format];
  return filled(tokens, (text, from) => toWord(text, template.slice(0, from)), [values]);
}

/** A token of mustache: kind, name or text, start, end, and the tokens inside a section. */
type Token = readonly [kind: string, name: string, from: number, to: number, inside?: readonly Token[]];

/** The innermost scope comes last. */
type Scopes = readonly TemplateValues[];

/** Escapes a value for the placeholder that begins at an offset of the template. */
type ToWord = (text: string, from: number) => string;

function filled(tokens: readonly Token[], toWord: ToWord, scopes: Scopes): string {
  const parts = tokens.map(([kind, name, from, , inside = []]) => {
    if (kind === 'text') return name;
    const value = lookedUp(name, scopes);
    if (kind === 'name') return toWord(textOf(name, value), from);
    const items = itemsOf(name, value);
    if (kind === '^') return items.length === 0 ? filled(inside, toWord, scopes) : '';
    return items.map((item) => filled(inside, toWord, [...scopes, item])).join('');
  });
  return parts.join('');
}

function lookedUp(name: string, scopes: Scopes): TemplateValues[string] {
  const value = scopes.findLast((scope) => Object.hasOwn(scope, name))?.[name];
  if (value === undefined) throw new Error(`{{${name}}} has no value`);
  return value;
}

function textOf(name: string, value: TemplateValues[string]): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new Error(`{{${name}}} is a placeholder, but its value is a switch or a list`);
}

/** True becomes one item without values of its own. */
function itemsOf(name: string, value: TemplateValues[string]): readonly TemplateValues[] {
  if (typeof value === 'boolean') return value ? [{}] : [];
  if (typeof value === 'object') return value;
  throw new Error(`{{#${name}}} is a section, but its value is a text`);
}

function refuseUnknown(tokens: readonly Token[], items: readonly TemplateValues[]): void {
  const names = namesIn(tokens);
  for (const [name, value] of items.flatMap((item) => Object.entries(item))) {
    if (!names.has(name)) throw new Error(`it has no placeholder {{${name}}}`);
    if (typeof value !== 'object') continue;
    refuseUnknown(sectionsOf(tokens, name), value);
  }
}

function namesIn(tokens: readonly Token[]): ReadonlySet<string> {
  const names = tokens.flatMap(([kind, name, , , inside = []]) => {
    if (kind === 'text') return [];
    if (!['name', '#', '^'].includes(kind)) throw new Error(`unknown tag of kind ${kind} (${name})`);
    return [name, ...namesIn(inside)];
  });
  return new Set(names);
}

function sectionsOf(tokens: readonly Token[], wanted: string): readonly Token[] {
  return tokens.flatMap(([, name, , , inside = []]) => (name === wanted ? inside : sectionsOf(inside, wanted)));
}
