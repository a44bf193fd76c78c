import { parseDocument } from 'yaml';
import { isObject, type Json } from '../base/json.ts';
import type { DeploymentFlag } from './flag-names.ts';
import type { Path } from './paths.ts';
import { shapesAt } from './schema/shape.ts';
import { parseSecretText, SECRET_TEXT_FORMS } from './secret-text.ts';

/** A value, or what is wrong with its text. The fault never repeats the text: it may be a secret. */
export type ReadValue = { readonly value: Json } | { readonly fault: string };

const NO_SECRET = `do not write the secret itself; write a reference: ${SECRET_TEXT_FORMS}`;

/** Reads the texts of one flag. Several texts make a list; for any other kind the last one counts. */
export function readFlagValue(flag: DeploymentFlag, texts: readonly string[]): ReadValue {
  const text = texts.at(-1) ?? '';
  switch (flag.kind) {
    case 'secret':
      return secretValue(text);
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? { value: Number(text) } : { fault: 'a number' };
    case 'boolean':
      return text === 'true' || text === 'false' ? { value: text === 'true' } : { fault: 'true or false' };
    case 'list':
      return text.trimStart().startsWith('[') ? yamlValue(text) : { value: texts.flatMap(listItems) };
    case 'yaml':
      return yamlValue(text);
    default:
      return { value: text };
  }
}

/** Reads the value of --set as YAML. For a text field, a number or boolean stays text (`version=1.16`). */
export function readSetValue(path: Path, text: string): ReadValue {
  const kinds = shapesAt(path).map(({ kind }) => kind);
  const read = yamlValue(text);
  if (kinds.includes('secret')) {
    if (!('value' in read)) return { fault: NO_SECRET };
    if (read.value === null || isObject(read.value)) return read;
    return secretValue(text.trim());
  }
  if (!('value' in read)) return kinds.includes('string') ? { value: text } : read;
  const isText = kinds.includes('string') || kinds.includes('path');
  const isScalar = typeof read.value === 'number' || typeof read.value === 'boolean';
  return isText && isScalar ? { value: text.trim() } : read;
}

function secretValue(text: string): ReadValue {
  const value = parseSecretText(text);
  return value === undefined ? { fault: NO_SECRET } : { value };
}

function listItems(text: string): readonly string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

function yamlValue(text: string): ReadValue {
  const document = parseDocument(text, { logLevel: 'error', prettyErrors: false });
  const fault = 'the value is not valid YAML';
  if (document.errors.length > 0) return { fault };
  try {
    return { value: (document.toJS({ maxAliasCount: 0 }) ?? null) as Json };
  } catch {
    // An alias: a single value has no anchor that it could refer to.
    return { fault };
  }
}
