/**
 * Makes text from outside (servers, clusters, charts, files) safe to show. Terminals execute control characters, marks
 * that turn or hide text mislead readers, and CI runners execute lines that begin like a command.
 */

const ESC = '\u001b';
/**
 * First characters of strings that a terminal reads as a command up to their end (OSC, DCS, SOS, PM, APC): ECMA-48
 * §5.6, as ESC and as one character.
 */
const STRING_STARTS = '\u0090\u0098\u009d\u009e\u009f';
const ESCAPES = new RegExp(
  [
    `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*[@-~]`,
    `(?:${ESC}[\\]PX^_]|[${STRING_STARTS}])[^\\n\u0007${ESC}\u009c${STRING_STARTS}]*(?:\u0007|${ESC}\\\\|\u009c)`,
    `${ESC}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);
/** Characters that would not be kept. Most texts have none and need no further work. */
const ODD = /[^ -~\n\t]/;
/** The colours and weights of chalk's sixteen-colour level: the only sequences in difyctl's own text. */
const OWN_STYLE = `${ESC}\\[(?:0|1|2|22|3[0-79]|9[0-7])m`;
const OWN_STYLES = new RegExp(`(${OWN_STYLE})`);

/**
 * Returns text of several lines without control characters, escape sequences and marks that turn or hide text (bidi,
 * zero width). Tabs and line ends stay.
 */
export function printable(text: string): string {
  if (!ODD.test(text)) return text;
  return text
    .replaceAll('\r\n', '\n')
    .replace(ESCAPES, '')
    .replace(/[\r\v\f\u0085\u2028\u2029]/g, ' ')
    .replace(/\p{Cs}/gu, '\u{FFFD}')
    .replace(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '');
}

/** Returns printable text as one line, so that a row, a name or a sentence cannot begin a line of its own. */
export function oneLine(text: string): string {
  return printable(text).replace(/[\n\t]+/g, ' ');
}

/** Returns plain data with all texts printable, keys included. Values that are not plain data stay as they are. */
export function printableData<T>(value: T): T {
  return mapTexts(value, printable) as T;
}

/** Returns plain data with `change` applied to every text, keys included. */
export function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [change(key), mapTexts(item, change)]));
}

/** Returns printable text. Keeps difyctl's own colours if `color` is on. */
export function styledPrintable(text: string, color: boolean): string {
  if (!color || !text.includes(ESC)) return printable(text);
  return text
    .split(OWN_STYLES)
    .map((piece, index) => (index % 2 === 1 ? piece : printable(piece)))
    .join('');
}

const COMMAND_LINE = new RegExp(`(^|\\n)((?:[^\\S\\n]|${OWN_STYLE})*)::`, 'g');

/**
 * Returns text in which no CI runner sees a command: GitHub reads lines that begin with `::` (after any white space)
 * and `##[` anywhere, Azure `##vso[`, TeamCity `##teamcity[`. `atLineStart` says whether the text begins a line.
 */
export function withoutRunnerCommands(text: string, atLineStart = true): string {
  return text
    .replace(COMMAND_LINE, (all, start: string, lead: string) => {
      return start === '' && !atLineStart ? all : `${start}${lead}: :`;
    })
    .replace(/##(?=[a-z]*\[)/gi, '# #');
}

/** Returns true if text written after this text begins a line: only white space follows the last line end. */
export function endsAtLineStart(text: string, wasAtLineStart: boolean): boolean {
  const last = text.lastIndexOf('\n');
  return (last >= 0 || wasAtLineStart) && text.slice(last + 1).trim() === '';
}

/**
 * Returns a JSON document with the same meaning in which a terminal or a runner finds no command. Such characters can
 * only be in its strings.
 */
export function printableJson(document: string): string {
  return document
    .replace(/(?!\n)[\p{Cc}\p{Cf}\u2028\u2029\p{Cs}]/gu, (sign) =>
      [...Array(sign.length).keys()].map((at) => `\\u${sign.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
    )
    .replace(/##(?=[a-z]*\[)/gi, '#\\u0023');
}
