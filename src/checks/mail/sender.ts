import { MAIL, type RefusalFact, type ResendFact } from '../../evidence/mail/facts.ts';
import type { Check, Judgement } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { notReached } from '../services/probed.ts';
import { errorInProdElseWarning } from '../when.ts';
import { endedBefore, withMail } from './context.ts';

export const mailSender: Check = {
  id: 'mail.sender',
  title: 'the mail service accepts mail from the sender',
  phases: ['preflight'],
  severity: errorInProdElseWarning,
  when: withMail,
  requires: [MAIL],
  remedy: 'set `from` to an address that this user may send from',
  judge: (context) => {
    const found = context.evidence(MAIL);
    const { mail } = deploymentOf(context);
    const ended = endedBefore(found.fault, 'sender');
    if (ended !== undefined) return ended;
    if (found.kind === 'resend')
      return mail.provider === 'resend' ? judgeDomain(found, mail.resend.from) : notReached('mail.login');
    const from = mail.provider === 'smtp' ? mail.smtp.from : '';
    const expected = `mail from ${from} is accepted`;
    const { senderRefusal: refusal, relayRefusal, address } = found;
    if (refusal === undefined && relayRefusal !== undefined) return relay(found.address, relayRefusal);
    if (refusal === undefined) return pass(`${address} accepts mail from ${from}`, expected);
    const observed = `${address} rejects mail from ${from}: ${refusal.code} ${refusal.text}`.trimEnd();
    if (/STARTTLS/i.test(refusal.text))
      return finding('fail', { observed, expected, remedy: 'set mail.smtp.tls: starttls' });
    if (refusal.code === 530)
      return finding('fail', { observed, expected, remedy: 'set mail.smtp.username and mail.smtp.password' });
    return finding(refusal.code < 500 ? 'warn' : 'fail', { observed, expected });
  },
};

/** A warning only: the server of one company may be intended for its own users. */
function relay(address: string, { code, text }: RefusalFact): Judgement {
  return finding('warn', {
    observed: `${address} accepts mail only for its own domains: ${code} ${text}`.trimEnd(),
    expected: 'mail to every user of Dify is accepted',
    remedy: 'set mail.smtp.username, or allow this address to relay; if all users are in its domains, change nothing',
  });
}

function judgeDomain({ form, domains }: ResendFact, from: string): Judgement {
  if (form !== 'key') return notReached('mail.login');
  const domain = /@([^>\s]+)>?\s*$/.exec(from)?.[1]?.toLowerCase() ?? '';
  const expected = `a verified domain ${domain}`;
  if (domains === undefined) return pass('not observed: the key may send mail, but not read domains', expected);
  const own = domains.find(({ name }) => name.toLowerCase() === domain);
  if (own?.status === 'verified') return pass(`${domain} is verified`, expected);
  const verified = domains.filter(({ status }) => status === 'verified').map(({ name }) => name);
  const observed = own === undefined ? `${domain} is not a domain of this account` : `${domain} is ${own.status}`;
  const remedy =
    verified.length === 0
      ? `add ${domain} at resend.com/domains, and its DNS records`
      : `verify ${domain} at resend.com/domains, or send from ${listed(verified)}`;
  return finding('fail', { observed, expected, remedy });
}
