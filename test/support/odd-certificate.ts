import { generateKeyPairSync, sign } from 'node:crypto';

/** Fields of a self-signed certificate to replace. */
export interface OddParts {
  readonly name?: string;
  /** UTCTime: `YYMMDDhhmmssZ`. */
  readonly from?: string;
  readonly to?: string;
  /** The DNS names of the extension subjectAltName. */
  readonly alternatives?: readonly string[];
}

/** A self-signed certificate with unusual fields, which no tool would produce, and its key. Both are PEM. */
export function oddCertificate({
  name = 'odd.example.com',
  from = '260101000000Z',
  to = '360101000000Z',
  alternatives = [],
}: OddParts): { readonly cert: string; readonly key: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = tlv(0x30, tlv(0x06, Buffer.from('2a8648ce3d040302', 'hex')));
  const subject = tlv(0x30, tlv(0x31, tlv(0x30, tlv(0x06, Buffer.from('550403', 'hex')), tlv(0x0c, name))));
  const names = tlv(0x30, ...alternatives.map((one) => tlv(0x82, one)));
  const extension = tlv(0x30, tlv(0x06, Buffer.from('551d11', 'hex')), tlv(0x04, names));
  const body = tlv(
    0x30,
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    tlv(0x02, Buffer.from([7])),
    algorithm,
    subject,
    tlv(0x30, tlv(0x17, from), tlv(0x17, to)),
    subject,
    publicKey.export({ format: 'der', type: 'spki' }),
    ...(alternatives.length === 0 ? [] : [tlv(0xa3, tlv(0x30, extension))]),
  );
  const signature = tlv(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const lines =
    tlv(0x30, body, algorithm, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return {
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}

/** DER: a tag, a length and the content. */
function tlv(tag: number, ...parts: readonly (Uint8Array | string)[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
