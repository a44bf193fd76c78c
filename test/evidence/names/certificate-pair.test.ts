import { expect, test } from 'vitest';
import { readPair } from '../../../src/evidence/names/certificate-pair.ts';
import { oddCertificate } from '../../support/odd-certificate.ts';

test.each([{ from: 'no time at al' }, { to: '269931000000Z' }])(
  'a certificate with the dates %o is refused by name',
  (parts) => {
    const { cert: certificate, key } = oddCertificate(parts);
    expect(() => readPair({ certificate, key, hosts: ['odd.example.com'], authorities: undefined })).toThrow(
      new Error('contains a certificate whose dates cannot be read'),
    );
  },
);
