import { CUT } from './cut.ts';
import { isObject } from './json.ts';

/** The replacement of a secret in output. */
const REDACTED = '••••••';

/** Shorter values are not redacted: they would hide ordinary words. A check reports a secret this short. */
const SHORTEST = 4;
/**
 * Minimum length at which a line of a multi-line secret is redacted by itself, because wrapped output shows single
 * lines.
 */
const SHORTEST_LINE = 16;

/**
 * Replaces every known secret value in the forms in which programs write it: as it is, percent-encoded, as JSON, HTML,
 * YAML or shell text, in hexadecimal, and in base64, also inside the base64 of a longer text (`user:secret`). If a text
 * was cut (`cut`), also replaces the beginning of a secret at its end.
 */
export type Redact = (text: string) => string;

/**
 * Returns a redactor for these values. It replaces longer values first, so that a value inside another leaves no rest.
 */
export function redactor(secrets: Iterable<string>): Redact {
  const forms = new Set<string>();
  const encoded = new Set<string>();
  for (const secret of secrets) {
    for (const part of partsOf(secret)) {
      if (part.length < SHORTEST) continue;
      for (const form of writtenForms(part)) forms.add(form);
      for (const run of base64Runs(part)) encoded.add(run);
    }
  }
  const plain = byLength(forms);
  const runs = byLength(encoded);
  const beginnings = new Set([...plain, ...runs].map((form) => form.slice(0, SHORTEST)));
  return (text) => {
    if (!holdsAny(text, beginnings)) return text;
    let redacted = text;
    for (const form of plain) if (redacted.includes(form)) redacted = redacted.split(form).join(REDACTED);
    for (const run of runs) if (redacted.includes(run)) redacted = withoutRuns(redacted, run);
    return redacted.includes(CUT) ? withoutBeginnings(redacted, [...plain, ...runs]) : redacted;
  };
}

/** One pass over the text, for any number of forms: evidence of a large cluster has many texts. */
function holdsAny(text: string, beginnings: ReadonlySet<string>): boolean {
  if (beginnings.size === 0) return false;
  for (let at = 0; at + SHORTEST <= text.length; at++) {
    if (beginnings.has(text.slice(at, at + SHORTEST))) return true;
  }
  return false;
}

function byLength(texts: ReadonlySet<string>): readonly string[] {
  return [...texts].sort((a, b) => b.length - a.length);
}

/**
 * Returns the secret and the parts of it that are secrets themselves: lines, the password of a URL, the keys of a JSON
 * document.
 */
function partsOf(secret: string): readonly string[] {
  return [secret, ...linesOf(secret), ...passwordOf(secret), ...keysIn(secret)];
}

function linesOf(secret: string): readonly string[] {
  if (!secret.includes('\n')) return [];
  const lines = secret.split('\n').map((line) => line.trim());
  return [secret.trim(), ...lines.filter((line) => line.length >= SHORTEST_LINE && !line.startsWith('-----'))];
}

function passwordOf(secret: string): readonly string[] {
  const written = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\s]*:([^/?#\s]+)@/i.exec(secret)?.[1];
  return written === undefined ? [] : [written, percentDecoded(written)];
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Returns the secret values of a service account file: those whose name contains key, secret, token or password,
 * without URLs.
 */
function keysIn(secret: string): readonly string[] {
  if (!secret.trimStart().startsWith('{')) return [];
  let document: unknown;
  try {
    document = JSON.parse(secret);
  } catch {
    return [];
  }
  if (!isObject(document)) return [];
  return Object.entries(document).flatMap(([name, value]) => {
    if (typeof value !== 'string' || value.length < SHORTEST_LINE || value.includes('://')) return [];
    return /key|secret|token|password/i.test(name) ? [value, ...linesOf(value)] : [];
  });
}

function writtenForms(secret: string): readonly string[] {
  const wellFormed = secret.replace(/\p{Cs}/gu, '\u{FFFD}');
  const bytes = Buffer.from(secret);
  const hex = bytes.toString('hex');
  const component = encodeURIComponent(wellFormed);
  const strict = component.replace(/[!'()*]/g, percentOf);
  // As the URL class writes a password, and as a form writes its fields.
  const inUrl = Object.assign(new URL('http://a@b'), { password: wellFormed }).password;
  const percent = [component, encodeURI(wellFormed), inUrl, strict, strict.replaceAll('%20', '+')];
  const inJson = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    secret.replace(/\s+/g, ' '),
    ...percent,
    ...percent.map((form) => form.replace(/%[0-9A-F]{2}/g, (sign) => sign.toLowerCase())),
    encodeURIComponent(component),
    inJson,
    JSON.stringify(inJson).slice(1, -1),
    inJson.replaceAll('/', '\\/'),
    inJson.replace(/[<>&]|[^ -~]/g, (sign) => unicodeEscape(sign)),
    inJson.replace(/[^ -~]/g, (sign) => unicodeEscape(sign)),
    inJson.replace(/[^ -~]/g, (sign) => unicodeEscape(sign).replace(/[a-f]/g, (digit) => digit.toUpperCase())),
    markupOf(secret),
    ...['&#39;', '&apos;', '&#x27;'].map((quote) => markupOf(secret).replaceAll('"', '&quot;').replaceAll("'", quote)),
    secret.replaceAll("'", "''"),
    secret.replaceAll("'", "'\\''"),
    secret.replaceAll('$', '$$$$'),
    hex,
    hex.toUpperCase(),
  ];
}

function percentOf(sign: string): string {
  return `%${sign.charCodeAt(0).toString(16).toUpperCase()}`;
}

function unicodeEscape(sign: string): string {
  return `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function markupOf(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Returns the texts that every base64 text with the secret in it contains. There are three, one for each number (mod 3)
 * of bytes before the secret. The characters at both ends depend on other bytes too and are left out.
 */
function base64Runs(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    const run = bytes.toString('base64').slice(from, to);
    const others = [encodeURIComponent(run), run.replaceAll('/', '\\/')];
    return [run, ...others, bytes.toString('base64url').slice(from, to)];
  });
}

/**
 * Replaces the whole base64 text around the run: the characters beside the run hold bits of the secret, and the user
 * name before it.
 */
function withoutRuns(text: string, run: string): string {
  let [redacted, done] = ['', 0];
  for (let at = text.indexOf(run); at >= 0; at = text.indexOf(run, done)) {
    let [from, to] = [at, at + run.length];
    while (from > done && isBase64(text[from - 1])) from--;
    while (to < text.length && isBase64(text[to])) to++;
    redacted += text.slice(done, from) + REDACTED;
    done = to;
  }
  return redacted + text.slice(done);
}

function isBase64(sign: string | undefined): boolean {
  return sign !== undefined && /[A-Za-z0-9+/=_-]/.test(sign);
}

function withoutBeginnings(text: string, forms: readonly string[]): string {
  return text
    .split(CUT)
    .map((piece, index, pieces) => (index < pieces.length - 1 ? withoutBeginning(piece, forms) : piece))
    .join(CUT);
}

function withoutBeginning(text: string, forms: readonly string[]): string {
  const tail = text.slice(-SHORTEST);
  if (tail.length < SHORTEST) return text;
  let longest = 0;
  for (const form of forms) {
    for (let at = form.indexOf(tail); at >= 0; at = form.indexOf(tail, at + 1)) {
      const length = at + SHORTEST;
      if (length > longest && text.endsWith(form.slice(0, length))) longest = length;
    }
  }
  return longest === 0 ? text : text.slice(0, -longest) + REDACTED;
}
