import { createHmac } from 'node:crypto';
import { ProbeError } from '../../net/probe-error.ts';
import type { Dialog, Reply } from './dialog.ts';

/** In the order in which Python's smtplib, which Dify uses, tries them. */
const METHODS = ['CRAM-MD5', 'PLAIN', 'LOGIN'] as const;

const base64 = (text: string) => Buffer.from(text).toString('base64');

/**
 * Logs in as smtplib does: tries each method that the server offers until one succeeds. Throws ProbeError with stage
 * `login`.
 */
export async function logIn(
  dialog: Dialog,
  offered: readonly string[],
  username: string,
  password: string,
): Promise<void> {
  const methods = METHODS.filter((method) => offered.includes(method));
  if (offered.length === 0) throw new ProbeError('login', 'NOAUTH', 'offers no login on this connection');
  if (methods.length === 0) {
    throw new ProbeError('login', 'NOMETHOD', `offers no login that Dify knows, only ${offered.join(', ')}`);
  }
  let last: Reply | undefined;
  for (const method of methods) {
    last = await tried(dialog, method, username, password);
    if (last.code === 235 || last.code === 503) return;
  }
  const code = last?.code ?? 535;
  const why =
    code === 535 ? 'the user name or password is wrong' : code < 500 ? 'a temporary failure' : 'it allows no login';
  throw new ProbeError('login', String(code), `refuses the login of ${username}: ${why} (${code})`);
}

async function tried(
  dialog: Dialog,
  method: (typeof METHODS)[number],
  username: string,
  password: string,
): Promise<Reply> {
  if (method === 'PLAIN') return dialog.say(`AUTH PLAIN ${base64(`\0${username}\0${password}`)}`);
  if (method === 'LOGIN') {
    const asked = await dialog.say(`AUTH LOGIN ${base64(username)}`);
    return asked.code === 334 ? dialog.say(base64(password)) : asked;
  }
  const asked = await dialog.say('AUTH CRAM-MD5');
  if (asked.code !== 334) return asked;
  const challenge = Buffer.from(asked.lines[0] ?? '', 'base64');
  const proof = createHmac('md5', password).update(challenge).digest('hex');
  return dialog.say(base64(`${username} ${proof}`));
}
