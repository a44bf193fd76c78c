import type { ErrorCode } from 'yaml';

/** The parser's errors in plain words. Its own messages quote the file, and the quoted text may be a secret. */
const WORDS: Readonly<Partial<Record<ErrorCode, string>>> = {
  BAD_ALIAS: 'an alias (*name) that cannot be read',
  BAD_DQ_ESCAPE: 'a backslash that is not an escape in a "double-quoted" text; use single quotes',
  BAD_INDENT: 'the indentation does not fit the lines above',
  BAD_SCALAR_START: 'a value may not begin with this character; put it in quotes',
  BLOCK_AS_IMPLICIT_KEY:
    'a second colon on this line, or a key and a list on one line; put the value in quotes or on a line of its own',
  BLOCK_IN_FLOW: 'a line-by-line block inside { } or [ ]',
  MISSING_CHAR: 'missing here: a closing quote or bracket, a comma, or a space after a colon',
  MULTILINE_IMPLICIT_KEY: 'a key that runs over several lines; is a colon missing?',
  MULTIPLE_DOCS: 'a second document begins here; a file describes one deployment',
  NON_STRING_KEY: 'a key must be plain text',
  TAB_AS_INDENT: 'a tab; YAML is indented with spaces',
  TAG_RESOLVE_FAILED: 'an unknown tag (!name); none is needed',
  UNEXPECTED_TOKEN: 'unexpected text; check for a missing quote, colon or line break',
};

/** Returns the message for an error code of the parser. */
export function yamlFault(code: ErrorCode): string {
  return WORDS[code] ?? 'this is not valid YAML';
}
