import { isObject } from '../../../base/json.ts';
import { COMPONENTS } from '../../../checklist/components.ts';
import type { Path } from '../../paths.ts';
import { type Finding, problem, type Rule, rule } from './rule.ts';

/**
 * Free-form parts of the file, where a secret would go unnoticed. Names that end like one and hold text are refused; a name that
 * says where the secret is (`existingSecret`, `secretName`, a `secretKeyRef`) is not.
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
];

const NOT_HERE =
  'this looks like a secret, and the file may not hold one; refer to a Kubernetes Secret (secretKeyRef) in extraValues';

/** Names end like this; a bare `secret` or `pullSecret` is the name of one. */
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

/** `{ name: DB_PASSWORD, value: … }`, as Kubernetes lists variables. */
function envItem(item: unknown, path: Path): readonly Finding[] {
  if (!isObject(item) || typeof item.name !== 'string') return [];
  return isSecret(item.name, item.value) ? [problem([...path, 'value'], NOT_HERE)] : [];
}

function isSecret(name: string, value: unknown): boolean {
  if (typeof value !== 'string' || value === '' || /^(true|false|\d+)$/i.test(value)) return false;
  return SECRET_NAME.test(name) && !/^existing/i.test(name);
}
