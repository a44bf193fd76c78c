import { isObject } from '../../../base/json.ts';
import { secretShape } from '../../../base/secret-shapes.ts';
import { COMPONENTS } from '../../../checklist/components.ts';
import type { Path } from '../../paths.ts';
import { type Finding, problem, type Rule, rule } from './rule.ts';

/**
 * Refuses secrets in the file. In free-form parts, a key whose name ends like that of a secret may not have a text
 * value; names that refer to a secret (`existingSecret`, `secretName`, a `secretKeyRef`) are allowed. In every part, a
 * text in the shape of a secret is refused.
 */
export const HIDDEN_SECRET_RULES: readonly Rule[] = [
  rule(['components'], ({ components }) =>
    COMPONENTS.flatMap((name) =>
      Object.entries(components[name]?.extraEnv ?? {}).map(
        ([key, value]) => isSecret(key, value) && problem(`components.${name}.extraEnv.${key}`, NOT_HERE),
      ),
    ),
  ),
  rule(['extraValues'], ({ extraValues }) => secretsBelow(extraValues, ['extraValues'])),
  (sections) => shapesBelow(sections, []),
];

/** Texts in the shape of a secret, whatever their key is. Paths that the rules above report are left out. */
function shapesBelow(value: unknown, path: Path): readonly Finding[] {
  if (typeof value === 'string') {
    const shape = secretShape(value);
    return shape === undefined || isNamedSecret(path, value) ? [] : [problem(path, shapeWords(shape, path))];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => shapesBelow(item, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) =>
    key === 'value' && envItem(value, path).length > 0 ? [] : shapesBelow(below, [...path, key]),
  );
}

function isNamedSecret(path: Path, value: string): boolean {
  return FREE_FORM.includes(String(path[0])) && isSecret(String(path.at(-1)), value);
}

function shapeWords(shape: string, path: Path): string {
  const place = path.join('.');
  if (place.startsWith('target.chart.')) {
    return `the file must not contain ${shape}; write the user name in target.chart.username, and a reference to the password in target.chart.password`;
  }
  if (FREE_FORM.includes(String(path[0]))) {
    return `the file must not contain ${shape}; refer to a Kubernetes Secret (secretKeyRef) in extraValues`;
  }
  return `the file must not contain ${shape}; remove it from the text`;
}

const FREE_FORM = ['components', 'extraValues'];

const NOT_HERE =
  'this looks like a secret, which the file must not contain; refer to a Kubernetes Secret (secretKeyRef) in extraValues';

/** Endings of names of secrets. A bare `secret` or `pullSecret` is the name of a Kubernetes Secret. */
const SECRET_NAME =
  /(pass(word|phrase|wd)|_secret|(client|app|webhook|shared)[_-]?secret|secret[_-]?key|token|api[_-]?key|access[_-]?key|private[_-]?key|server[_-]?key|credentials?|_dsn)$/i;

function secretsBelow(value: unknown, path: Path): readonly Finding[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => [
      ...envItem(item, [...path, index]),
      ...secretsBelow(item, [...path, index]),
    ]);
  }
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, below]) => {
    if (key === 'secretKeyRef' || key === 'secretRef') return [];
    const here = [...path, key];
    return isSecret(key, below) ? [problem(here, NOT_HERE)] : secretsBelow(below, here);
  });
}

/** The problem of an item `{ name: DB_PASSWORD, value: … }`, the form of variables in Kubernetes. */
function envItem(item: unknown, path: Path): readonly Finding[] {
  if (!isObject(item) || typeof item.name !== 'string') return [];
  return isSecret(item.name, item.value) ? [problem([...path, 'value'], NOT_HERE)] : [];
}

function isSecret(name: string, value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || /^(true|false|\d+)$/i.test(value)) return false;
  return SECRET_NAME.test(name) && !/^existing/i.test(name);
}
