import { NAMES_CERTIFICATE_FILES } from '../../evidence/names/certificate-files.ts';
import type { Check } from '../check.ts';
import { finding } from '../judgement.ts';
import { error, whereFile } from '../when.ts';
import { judgePair } from './pair.ts';

export const namesCertificateFiles: Check = {
  id: 'names.certificate-files',
  title: 'nginx can serve the certificate of target.tls',
  phases: ['preflight'],
  severity: error,
  when: whereFile(({ target }) => target.type === 'compose' && target.tls !== undefined),
  requires: [NAMES_CERTIFICATE_FILES],
  remedy: 'put the full chain into target.tls.certFile and its key into target.tls.keyFile',
  judge: (context) => {
    const { certFile, keyFile, fault: unread, pair } = context.evidence(NAMES_CERTIFICATE_FILES);
    if (pair === undefined)
      return finding('fail', { observed: unread ?? '', expected: 'a certificate and its key, PEM' });
    return judgePair(pair, context.now, { certificate: certFile, key: keyFile });
  },
};
