import { isObject, type Json } from '../base/json.ts';

/** What may stand in a flag or variable in place of a secret; `generated` is for what difyctl makes itself, and is not offered for passwords of others. */
export const SECRET_TEXT_FORMS = 'env:NAME, file:PATH or kubernetes:NAME/KEY';

/** `env:NAME` and the like as the file writes it; undefined for anything else, which may be the secret itself and is not to be printed. */
export function parseSecretText(text: string): Json | undefined {
  if (text === 'generated') return { generated: true };
  const separator = text.indexOf(':');
  const rest = text.slice(separator + 1);
  if (separator < 0 || rest === '') return undefined;
  switch (text.slice(0, separator)) {
    case 'env':
      return { env: rest };
    case 'file':
      return { file: rest };
    case 'kubernetes': {
      const [name, key, ...more] = rest.split('/');
      return key === undefined || more.length > 0 ? undefined : { kubernetes: { name: name ?? '', key } };
    }
    default:
      return undefined;
  }
}

/** The same the other way round, for commands that are shown; undefined for what is no reference. */
export function formatSecretText(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  if (value.generated === true) return 'generated';
  if (typeof value.env === 'string') return `env:${value.env}`;
  if (typeof value.file === 'string') return `file:${value.file}`;
  const { kubernetes } = value;
  return isObject(kubernetes) ? `kubernetes:${String(kubernetes.name)}/${String(kubernetes.key)}` : undefined;
}
