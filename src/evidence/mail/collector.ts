import { CollectionError, type Collector } from '../evidence.ts';
import { resolvedSecret } from '../secret-values.ts';
import { MAIL, type MailFacts } from './facts.ts';
import { askResend } from './resend.ts';
import { askSmtp } from './smtp.ts';

/** Milliseconds: as long as Dify waits for a mail server (smtplib has a timeout of 10 s). */
const ANSWER_MS = 10_000;

/** Probes the mail service without sending a message. */
export const mailCollector = mailCollectorWithin(ANSWER_MS);

/** The same with `limitMs` for the connection, for TLS, and for each answer. */
export function mailCollectorWithin(limitMs: number): Collector<MailFacts> {
  return {
    key: MAIL,
    // Connecting, TLS and a few answers, each up to 10 s.
    timeoutMs: 60_000,
    fromCluster: true,
    collect: async (given) => {
      const context = { ...given, limitMs };
      const mail = context.deployment?.mail;
      if (mail === undefined || mail.provider === 'none')
        throw new CollectionError('absent', 'a mail service in the file');
      if (mail.provider === 'resend')
        return askResend(mail.resend, resolvedSecret(context.secrets, 'mail.resend.apiKey'), context);
      const { password } = mail.smtp;
      return askSmtp(
        mail.smtp,
        password === undefined ? undefined : (resolvedSecret(context.secrets, 'mail.smtp.password') ?? null),
        context,
      );
    },
  };
}
