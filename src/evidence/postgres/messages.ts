import { ProbeError } from '../../net/probe-error.ts';

type IsBody = (body: Buffer) => boolean;

const isEmpty: IsBody = (body) => body.length === 0;

/**
 * True if the body of a message is valid for its type. False for types that no probe requests, such as COPY. Throws
 * ProbeError if the server requests a login method other than a password.
 */
export function isBody(type: number, body: Buffer): boolean {
  return BODIES[String.fromCharCode(type)]?.(body) ?? false;
}

/** Messages of the server by type byte (PostgreSQL, "Message Formats"). */
const BODIES: Readonly<Partial<Record<string, IsBody>>> = {
  R: isLogin,
  S: (body) => endOfTexts(body, 0, 2) === body.length,
  K: (body) => body.length === 8,
  Z: (body) => body.length === 1 && 'ITE'.includes(body.toString('latin1')),
  T: isColumns,
  D: isRow,
  C: (body) => endOfTexts(body, 0, 1) === body.length,
  E: isFields,
  N: isFields,
  A: (body) => endOfTexts(body, 4, 2) === body.length,
  t: (body) => body.length >= 2 && body.length === 2 + 4 * body.readUInt16BE(0),
  I: isEmpty,
  n: isEmpty,
  s: isEmpty,
  '1': isEmpty,
  '2': isEmpty,
  '3': isEmpty,
};

/**
 * Prefix of the error code for a login method that needs something other than a password; the method's number in the
 * protocol follows.
 */
export const OTHER_LOGIN = 'AUTH_';

const OTHER_LOGINS: Readonly<Record<number, string>> = { 2: 'Kerberos', 6: 'SCM', 7: 'GSSAPI', 8: 'GSSAPI', 9: 'SSPI' };

function isLogin(body: Buffer): boolean {
  if (body.length < 4) return false;
  const code = body.readInt32BE(0);
  const other = OTHER_LOGINS[code];
  if (other !== undefined) {
    throw new ProbeError(
      'login',
      `${OTHER_LOGIN}${code}`,
      `it requires a login by ${other}, but Dify supports only a password`,
    );
  }
  if (code === 0 || code === 3) return body.length === 4;
  if (code === 5) return body.length === 8;
  if (code === 10) return isMechanisms(body);
  return code === 11 || code === 12;
}

/** Zero-terminated names; an empty one ends the list. */
function isMechanisms(body: Buffer): boolean {
  for (let at = 4; at < body.length; ) {
    const end = body.indexOf(0, at);
    if (end === at) return end === body.length - 1;
    if (end < 0) return false;
    at = end + 1;
  }
  return false;
}

/** Offset after `count` zero-terminated texts; -1 if one does not end. */
function endOfTexts(body: Buffer, from: number, count: number): number {
  let at = from;
  for (let text = 0; text < count; text += 1) {
    const end = at > body.length ? -1 : body.indexOf(0, at);
    if (end < 0) return -1;
    at = end + 1;
  }
  return at;
}

/** Fields of an error or a notice: a letter and a text each; a zero byte ends the list. */
function isFields(body: Buffer): boolean {
  for (let at = 0; at < body.length; ) {
    if (body[at] === 0) return at === body.length - 1;
    at = endOfTexts(body, at + 1, 1);
    if (at < 0) return false;
  }
  return false;
}

/** PostgreSQL's limit of columns (MaxTupleAttributeNumber). */
const MOST_COLUMNS = 1664;
/** Bytes of a column after its name. */
const COLUMN = 18;

function isColumns(body: Buffer): boolean {
  const count = body.length < 2 ? -1 : body.readInt16BE(0);
  if (count < 0 || count > MOST_COLUMNS) return false;
  let at = 2;
  for (let column = 0; column < count; column += 1) {
    at = endOfTexts(body, at, 1);
    if (at < 0 || at + COLUMN > body.length) return false;
    at += COLUMN;
  }
  return at === body.length;
}

function isRow(body: Buffer): boolean {
  const count = body.length < 2 ? -1 : body.readInt16BE(0);
  let at = 2;
  for (let column = 0; column < count; column += 1) {
    if (at + 4 > body.length) return false;
    const length = body.readInt32BE(at);
    if (length < -1) return false;
    at += 4 + Math.max(0, length);
  }
  return count >= 0 && at === body.length;
}
