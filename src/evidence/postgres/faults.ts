import { cut } from '../../base/cut.ts';
import type { Redact } from '../../base/redact.ts';
import { foreignFault } from '../../net/guarded.ts';
import { faultOf, ProbeError } from '../../net/probe-error.ts';
import type { LoginFault, LoginFaultKind } from './facts.ts';
import { OTHER_LOGIN } from './messages.ts';

/** The server refuses or does not answer; `kind` is its meaning for a login. */
export class PostgresFault extends ProbeError {
  readonly kind: LoginFaultKind;

  constructor(stage: 'login' | 'use', code: string, text: string, kind: LoginFaultKind) {
    super(stage, code, text);
    this.name = 'PostgresFault';
    this.kind = kind;
  }

  get login(): LoginFault {
    return { ...this.fact, kind: this.kind };
  }
}

/** Classifies the error of a login. */
export function loginFault(error: unknown, redact: Redact): PostgresFault {
  const said = saidBy(error, redact);
  if (said === undefined) return silence(error, 'login', redact);
  const { code, routine, text } = said;
  return new PostgresFault('login', code, text, code === POOLER ? pooledKind(text) : kindOf(code, routine));
}

/** PgBouncer refuses everything with protocol_violation; its English message says why. */
const POOLER = '08P01';

function pooledKind(text: string): LoginFaultKind {
  if (/authentication failed|wrong password/i.test(text)) return 'password';
  if (/no such user/i.test(text)) return 'role';
  if (/no such database|database .* does not exist/i.test(text)) return 'no-database';
  if (/no more connections allowed/i.test(text)) return 'server-limit';
  return 'other';
}

/** Classifies the error of a statement. */
export function statementFault(error: unknown, redact: Redact): PostgresFault {
  const said = saidBy(error, redact);
  if (said === undefined) return silence(error, 'use', redact);
  return new PostgresFault('use', said.code, said.text, 'other');
}

/** Characters of the server's error message that are kept. */
const LONGEST = 1_000;

/** The server's own error fields; undefined if the error is not from the server. */
function saidBy(error: unknown, redact: Redact): { code: string; routine: string; text: string } | undefined {
  if (!(error instanceof Error) || !('severity' in error)) return undefined;
  const field = (name: string): string => {
    const value: unknown = Reflect.get(error, name);
    return typeof value === 'string' ? value : '';
  };
  return { code: field('code'), routine: field('routine'), text: cut(redact(error.message), LONGEST) };
}

function silence(error: unknown, stage: 'login' | 'use', redact: Redact): PostgresFault {
  const { code, text } = faultOf(error, stage);
  if (code.startsWith(OTHER_LOGIN)) return new PostgresFault(stage, code, text, 'access');
  if (code === 'ETIMEDOUT' || /terminated unexpectedly|timeout/i.test(text)) {
    const isLate = code === 'ETIMEDOUT';
    const what = stage === 'login' ? 'the login' : 'a query';
    return new PostgresFault(
      stage,
      isLate ? code : 'ECONNRESET',
      isLate ? `accepts the connection but never answers ${what}` : `closes the connection at ${what}`,
      'silent',
    );
  }
  // The library's own message for a message type that it does not expect.
  if (/^Received unexpected/.test(text)) {
    return new PostgresFault(stage, 'EPROTO', foreignFault('PostgreSQL').fact.text, 'other');
  }
  return new PostgresFault(stage, code, redact(text), 'other');
}

/**
 * SQLSTATE (PostgreSQL, errcodes.txt): class 28 authorization, 3D catalog names, 42501 insufficient privilege, 53300
 * too many connections, 55000 not in the required state, 57P03 cannot connect now.
 */
function kindOf(code: string, routine: string): LoginFaultKind {
  const inDatabase = routine === 'CheckMyDatabase';
  switch (code) {
    case '28P01':
      return 'password';
    case '28000':
      return routine === 'InitializeSessionUserId' ? 'role' : 'access';
    case '3D000':
      return 'no-database';
    case '55000':
      return 'closed-database';
    case '42501':
      return 'no-connect';
    case '53300':
      if (inDatabase) return 'database-limit';
      return routine === 'InitializeSessionUserId' ? 'role-limit' : 'server-limit';
    case '57P03':
      return 'not-ready';
    default:
      return 'other';
  }
}
