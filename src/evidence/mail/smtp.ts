import type { Duplex } from 'node:stream';
import { cut } from '../../base/cut.ts';
import { withinMs } from '../../base/time-limit.ts';
import type { Mail } from '../../deployment/schema/mail.ts';
import { faultOf, ProbeError } from '../../net/probe-error.ts';
import { secure } from '../../net/tls.ts';
import { type Dialog, openDialog, type Reply } from './dialog.ts';
import type { MailContext, RefusalFact, SmtpFact } from './facts.ts';
import { logIn } from './login.ts';

type Smtp = Extract<Mail, { readonly provider: 'smtp' }>['smtp'];

/**
 * Connects, negotiates TLS, logs in and names the sender, as Dify does before it sends a message, then quits. Never
 * throws. `password`: undefined if the file names none, null if its reference does not resolve.
 */
export async function askSmtp(
  smtp: Smtp,
  password: string | undefined | null,
  context: MailContext,
): Promise<SmtpFact> {
  const { limitMs } = context;
  let fact: SmtpFact = {
    kind: 'smtp',
    address: `${smtp.host.includes(':') ? `[${smtp.host}]` : smtp.host}:${smtp.port}`,
    logins: [],
  };
  const open: Duplex[] = [];
  const secured = async (stream: Duplex): Promise<Duplex> => {
    const signal = withinMs(limitMs, context.signal);
    const agreed = await secure(stream, { host: smtp.host, signal });
    fact = { ...fact, certificate: agreed.certificate };
    return agreed.stream;
  };
  try {
    let stream = await context.dial(smtp.host, smtp.port, { signal: context.signal, limitMs });
    open.push(stream);
    if (smtp.tls === 'implicit') stream = await secured(stream);
    let dialog = openDialog(stream, limitMs);
    await greeted(dialog, smtp, context);
    let extensions = await hello(dialog);
    if (smtp.tls === 'starttls') {
      await startTls(dialog, extensions);
      dialog.leave();
      stream = await secured(stream);
      dialog = openDialog(stream, limitMs);
      extensions = await hello(dialog);
    }
    open.push(stream);
    const logins = loginsOf(extensions);
    fact = { ...fact, logins };
    if (password === null) throw new ProbeError('login', 'NOSECRET', 'mail.smtp.password has no value');
    if (smtp.username !== undefined && password !== undefined) await logIn(dialog, logins, smtp.username, password);
    return { ...fact, ...(await envelope(dialog, smtp.from)) };
  } catch (error) {
    return { ...fact, fault: faultOf(error, 'use') };
  } finally {
    for (const stream of open) stream.destroy();
  }
}

async function greeted(dialog: Dialog, smtp: Smtp, context: MailContext): Promise<void> {
  try {
    const { code } = await dialog.read();
    if (code !== 220) throw new ProbeError('use', String(code), `refuses clients (${code})`);
  } catch (error) {
    const silent = error instanceof ProbeError && error.fact.code === 'ETIMEDOUT';
    if (!silent || smtp.tls === 'implicit') throw error;
    if (await speaksTls(smtp, context))
      throw new ProbeError('tls', 'IMPLICIT', 'expects TLS from the start on this port');
    throw new ProbeError('use', 'NOGREETING', 'accepts the connection but never greets');
  }
}

/** True if a second connection to the port, which sends no greeting, can negotiate TLS at once. */
async function speaksTls({ host, port }: Smtp, { dial, signal, limitMs }: MailContext): Promise<boolean> {
  const stream = await dial(host, port, { signal, limitMs });
  try {
    await secure(stream, { host, signal: withinMs(limitMs, signal) });
    return true;
  } catch (error) {
    faultOf(error, 'tls');
    return false;
  } finally {
    stream.destroy();
  }
}

/** The server's extensions, one line each; empty if it knows only HELO. */
async function hello(dialog: Dialog): Promise<readonly string[]> {
  const { code, lines } = await dialog.say('EHLO difyctl.localdomain');
  if (code === 250) return lines.slice(1);
  const older = await dialog.say('HELO difyctl.localdomain');
  if (older.code !== 250) throw new ProbeError('use', String(older.code), `refuses clients (${older.code})`);
  return [];
}

async function startTls(dialog: Dialog, extensions: readonly string[]): Promise<void> {
  if (!extensions.some((line) => /^STARTTLS$/i.test(line.trim())))
    throw new ProbeError('tls', 'NOSTARTTLS', 'offers no STARTTLS');
  const { code } = await dialog.say('STARTTLS');
  if (code !== 220) throw new ProbeError('tls', String(code), `offers STARTTLS but refuses it (${code})`);
}

/** `AUTH PLAIN LOGIN`, and the older `AUTH=PLAIN LOGIN`. */
function loginsOf(extensions: readonly string[]): readonly string[] {
  const words = extensions.flatMap(
    (line) => /^AUTH[ =](.*)$/i.exec(line.trim())?.[1]?.toUpperCase().split(/\s+/) ?? [],
  );
  return [...new Set(words)].filter((word) => word !== '');
}

/**
 * An address of a reserved domain (RFC 2606): the answer for it is the answer for every domain that is not the server's
 * own.
 */
const ELSEWHERE = 'postmaster@example.com';

/** Names the sender and a recipient elsewhere, then resets: nothing is sent. */
async function envelope(dialog: Dialog, from: string): Promise<Pick<SmtpFact, 'senderRefusal' | 'relayRefusal'>> {
  const address = /<([^<>]*)>\s*$/.exec(from)?.[1] ?? from.trim();
  const sender = await dialog.say(`MAIL FROM:<${address}>`);
  if (sender.code !== 250) return { senderRefusal: refusalOf(sender) };
  const recipient = await dialog.say(`RCPT TO:<${ELSEWHERE}>`);
  await dialog.say('RSET').catch(() => undefined);
  await dialog.say('QUIT').catch(() => undefined);
  // Any other refusal may be about this one address.
  return recipient.code >= 400 && /relay/i.test(recipient.lines.join(' '))
    ? { relayRefusal: refusalOf(recipient) }
    : {};
}

function refusalOf({ code, lines }: Reply): RefusalFact {
  return { code, text: cut(lines[0] ?? '', 120) };
}
