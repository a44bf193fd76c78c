import { MAIL } from '../../evidence/mail/facts.ts';
import type { CertificateFact } from '../../net/tls.ts';
import type { Check, Judgement } from '../check.ts';
import { deploymentOf, finding, pass } from '../judgement.ts';
import { judgeCertificate } from '../services/certificate.ts';
import { notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { endedBefore, withMail } from './context.ts';

export const mailTls: Check = {
  id: 'mail.tls',
  title: 'the mail service uses TLS as the file says',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: withMail,
  requires: [MAIL],
  remedy: 'set mail.smtp.tls to the mode of the port: implicit on 465, starttls on 587, none on 25',
  judge: (context) => {
    const found = context.evidence(MAIL);
    const { mail } = deploymentOf(context);
    const seen = found.fault;
    const ended = endedBefore(seen, 'tls');
    if (ended !== undefined) return ended;
    if (found.kind === 'resend') {
      if (found.form !== 'key') return notReached('mail.login');
      return seen?.stage === 'tls'
        ? finding('fail', { observed: `${found.address} ${seen.text}`, expected: 'TLS' })
        : pass('TLS');
    }
    if (mail.provider !== 'smtp') return notReached('mail.login');
    const { tls, username } = mail.smtp;
    if (seen?.code === 'IMPLICIT') {
      return finding('fail', {
        observed: `${found.address} ${seen.text}`,
        expected: tls === 'none' ? 'a greeting' : 'a greeting, and STARTTLS',
        remedy: 'set mail.smtp.tls: implicit',
      });
    }
    if (seen?.stage === 'tls')
      return finding('fail', { observed: `${found.address} ${seen.text}`, expected: `TLS (${tls})` });
    if (tls === 'none') return plain(username);
    return found.certificate === undefined ? notReached('mail.login') : certificateOf(found.certificate, context.now);
  },
};

function plain(username: string | undefined): Judgement {
  if (username === undefined) return pass('without TLS and without a login, as the file says');
  return finding('warn', {
    observed: 'a login without TLS',
    expected: 'TLS for a login',
    remedy: 'set mail.smtp.tls: starttls, if the server offers it',
  });
}

/**
 * Dify does not verify the certificate of a mail server (Python's smtplib without a context), and the file cannot name
 * an authority. An authority that this machine does not know is a note; any other problem of the certificate is a
 * warning.
 */
function certificateOf(certificate: CertificateFact, now: Date): Judgement {
  const { distrust, ...rest } = certificate;
  const judged = judgeCertificate(rest, now, false);
  if (judged.status === 'pass') {
    return distrust === undefined
      ? judged
      : pass(`${judged.observed}; this machine does not trust its authority (${distrust})`, judged.expected);
  }
  return {
    ...judged,
    status: 'warn',
    remedy: 'renew the certificate of the mail server; Dify still sends mail, because it does not verify certificates',
  };
}
