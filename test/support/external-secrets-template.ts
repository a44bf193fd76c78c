type Values = Readonly<Record<string, string>>;

/** The functions of Go's text/template and of sprig that difyctl's templates use. The last argument is piped in. */
const FUNCTIONS: Readonly<Record<string, (...args: string[]) => string>> = {
  // Go's url.QueryEscape: it encodes more characters than encodeURIComponent, and a space as a plus sign.
  urlquery: (text = '') =>
    encodeURIComponent(text)
      .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
  replace: (from = '', to = '', text = '') => text.replaceAll(from, to),
  trim: (text = '') => text.trim(),
  b64enc: (text = '') => Buffer.from(text).toString('base64'),
};

/**
 * Evaluates a template of an ExternalSecret (engine v2, external-secrets.io, Advanced Templating) as far as difyctl
 * uses them. Throws Error for anything else.
 */
export function evaluateTemplate(template: string, values: Values): string {
  const variables = new Map<string, string>();
  let isShown = true;
  return template.replace(/([^{]*|\{(?!\{))\{\{ (.*?) \}\}|([^{]+|\{)/gs, (_all, before = '', action, rest = '') => {
    const text = isShown ? `${before}${rest}` : '';
    if (action === undefined) return text;
    const [, name, value] = /^(\$\w+) := (.*)$/.exec(action) ?? [];
    if (name !== undefined) variables.set(name, pipeline(value ?? '', values, variables));
    else if (action.startsWith('if ')) isShown = hasPrefix(action, variables);
    else if (action === 'else') isShown = !isShown;
    else if (action === 'end') isShown = true;
    else if (isShown) return text + pipeline(action, values, variables);
    return text;
  });
}

function hasPrefix(action: string, variables: ReadonlyMap<string, string>): boolean {
  const [, prefix, name = ''] = /^if hasPrefix "(.*)" (\$\w+)$/.exec(action) ?? [];
  if (prefix === undefined) throw new Error(`unknown condition: ${action}`);
  return (variables.get(name) ?? '').startsWith(prefix);
}

function pipeline(text: string, values: Values, variables: ReadonlyMap<string, string>): string {
  const [first = '', ...more] = text.split(' | ');
  return more.reduce(
    (piped, call) => {
      const [name = '', ...args] = [...call.matchAll(/"([^"]*)"|(\S+)/g)].map(
        ([, quoted, word]) => quoted ?? word ?? '',
      );
      const apply = FUNCTIONS[name];
      if (apply === undefined) throw new Error(`unknown function: ${name}`);
      return apply(...args, piped);
    },
    operand(first, values, variables),
  );
}

function operand(text: string, values: Values, variables: ReadonlyMap<string, string>): string {
  const [, key] = /^index \. "(.*)"$/.exec(text) ?? [];
  if (key !== undefined) {
    const value = values[key];
    if (value === undefined) throw new Error(`the template reads ${key}, which the ExternalSecret does not`);
    return value;
  }
  const [, quoted] = /^"(.*)"$/.exec(text) ?? [];
  const found = quoted ?? variables.get(text);
  if (found === undefined) throw new Error(`unknown operand: ${text}`);
  return found;
}
