import { isObject, type Json } from '../base/json.ts';

/**
 * The forms of a secret reference in a flag or variable. `generated` is accepted too, but not listed: it is only for
 * secrets that difyctl creates. `external`, `external:KEY` and `external:KEY#PROPERTY` are only for a deployment with
 * `secrets.store`.
 */
export const SECRET_TEXT_FORMS = 'env:NAME, file:PATH or kubernetes:NAME/KEY';

/**
 * Parses `env:NAME` and the other forms to a reference as in the file. Returns undefined for any other text, which may
 * be the secret itself and must not be printed.
 */
export function parseSecretText(text: string): Json | undefined {
  if (text === 'generated') return { generated: true };
  if (text === 'external') return { external: {} };
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
    case 'external': {
      const [key = '', property] = splitOnce(rest, '#');
      return {
        external: { ...(key === '' ? {} : { key }), ...(property === undefined ? {} : { property }) },
      };
    }
    default:
      return undefined;
  }
}

function splitOnce(text: string, separator: string): readonly [string, string?] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

/** Formats a reference for a command line. Returns undefined if the value is not a reference. */
export function formatSecretText(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  if (value.generated === true) return 'generated';
  if (typeof value.env === 'string') return `env:${value.env}`;
  if (typeof value.file === 'string') return `file:${value.file}`;
  const { kubernetes, external } = value;
  if (isObject(external)) return externalText(external);
  return isObject(kubernetes) ? `kubernetes:${String(kubernetes.name)}/${String(kubernetes.key)}` : undefined;
}

function externalText({ key, property }: Readonly<Record<string, unknown>>): string {
  const [at, after] = [key === undefined ? '' : String(key), property === undefined ? '' : `#${String(property)}`];
  return at === '' && after === '' ? 'external' : `external:${at}${after}`;
}
