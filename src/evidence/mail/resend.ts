import { tryBoundedJson } from '../../base/bounded-json.ts';
import { isObject } from '../../base/json.ts';
import { publishedDefaultIn } from '../../checklist/published-defaults.ts';
import type { Mail } from '../../deployment/schema/mail.ts';
import { requestHttp } from '../../net/http.ts';
import { faultOf, ProbeError } from '../../net/probe-error.ts';
import type { MailContext, ResendFact } from './facts.ts';

type Resend = Extract<Mail, { readonly provider: 'resend' }>['resend'];

/** Classifies a text: a key as Resend issues them (`re_` and a random rest), or a placeholder from an example. */
export function resendKeyForm(key: string): Exclude<ResendFact['form'], 'unresolved'> {
  if (publishedDefaultIn(key) !== undefined) return 'published';
  const rest = /^re_(\w+)$/.exec(key)?.[1];
  if (rest === undefined) return /^(your|my|changeme|placeholder|example|x+$|<)/i.test(key) ? 'placeholder' : 'foreign';
  const isExample = /^(.)\1*$/.test(rest) || /^x{3}|x{4}|^123456|^your|^api_?key|^test$/i.test(rest);
  return isExample || rest.length < 12 ? 'placeholder' : 'key';
}

/**
 * Lists the account's domains at Resend; nothing is sent. Answers (resend.com/docs, API reference, Errors): 200 with
 * the list for a key of full access, 401 `restricted_api_key` for a key that may only send, 403 `invalid_api_key` or
 * another 401 for an unknown key. Never throws.
 */
export async function askResend(
  resend: Resend,
  key: string | undefined,
  { dial, signal, limitMs }: MailContext,
): Promise<ResendFact> {
  const url = new URL(`${resend.apiUrl}/domains`);
  const bare = { kind: 'resend', address: url.host } as const;
  if (key === undefined) return { ...bare, form: 'unresolved' };
  const form = resendKeyForm(key);
  if (form !== 'key') return { ...bare, form };
  try {
    const headers = { authorization: `Bearer ${key}`, accept: 'application/json' };
    const { status, body } = await requestHttp({ url, headers }, { dial, signal, limitMs });
    return { ...bare, form, ...readAnswer(status, body.toString('utf8')) };
  } catch (error) {
    return { ...bare, form, fault: faultOf(error, 'use') };
  }
}

function readAnswer(status: number, text: string): Pick<ResendFact, 'rights' | 'domains'> {
  const json = tryBoundedJson(text);
  const name = isObject(json) ? json.name : undefined;
  if (status === 200) return { rights: 'full', domains: domainsOf(json) };
  if (status === 401 && name === 'restricted_api_key') return { rights: 'sending' };
  if (status === 401 || status === 403 || (status === 400 && name === 'validation_error')) {
    throw new ProbeError('login', String(status), `refuses the key (${status})`);
  }
  throw new ProbeError('use', String(status), `answers ${status} when asked for the domains of the account`);
}

function domainsOf(json: unknown): NonNullable<ResendFact['domains']> {
  const data = isObject(json) && Array.isArray(json.data) ? json.data : [];
  return data.filter(isObject).map(({ name, status }) => ({ name: String(name), status: String(status) }));
}
