import { wholeDays } from '../../base/duration.ts';
import type { CertificateFact } from '../../net/tls.ts';
import type { Judgement } from '../check.ts';
import { counted, finding, pass } from '../judgement.ts';

/**
 * Days before a certificate expires at which it is a finding. Most authorities send renewal mails from a month before
 * on.
 */
const RENEW_DAYS = 30;

/**
 * Judges a certificate as a client that verifies would, at the time `now`. `verifies` is false if the deployment asks
 * for no verification: then an untrusted chain or another host name is a warning.
 */
export function judgeCertificate(certificate: CertificateFact, now: Date, verifies = true): Judgement {
  const { validTo, validFrom, distrust, wrongHost, subject, issuer } = certificate;
  const days = wholeDays(Date.parse(validTo) - now.getTime());
  const expected = 'a trusted certificate for this host, valid for 30 days or more';
  if (days < 0)
    return finding('fail', { observed: `the certificate of ${subject} expired on ${dayOf(validTo)}`, expected });
  if (Date.parse(validFrom) > now.getTime()) {
    return finding('fail', {
      observed: `the certificate of ${subject} is valid only from ${dayOf(validFrom)}`,
      expected,
    });
  }
  const status = verifies ? 'fail' : 'warn';
  if (wrongHost !== undefined) return finding(status, { observed: wrongHost, expected });
  if (distrust !== undefined) {
    return finding(status, {
      observed: `the certificate of ${subject}, issued by ${issuer}, is not trusted (${distrust})`,
      expected,
    });
  }
  if (days < RENEW_DAYS)
    return finding('warn', { observed: `the certificate expires in ${counted(days, 'day')}`, expected });
  return pass(`certificate issued by ${issuer}, ${counted(days, 'day')} left`, expected);
}

/**
 * True if only the authority is unknown: the dates are right, and no intermediate certificate of a public authority is
 * missing.
 */
export function isOfUnknownAuthority({ distrust, incomplete }: CertificateFact): boolean {
  return distrust !== undefined && !distrust.startsWith('CERT_') && incomplete !== true;
}

function dayOf(time: string): string {
  return time.slice(0, 10);
}
