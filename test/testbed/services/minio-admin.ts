import { createCipheriv, pbkdf2Sync, randomBytes } from 'node:crypto';

import { type S3Login, s3Request } from './s3.ts';

/** An AWS policy document. */
export type Policy = Readonly<Record<string, unknown>>;

/** Creates a user of a MinIO server with this policy, through MinIO's admin API (v3). */
export async function addMinioUser(root: S3Login, name: string, secretKey: string, policy: Policy): Promise<void> {
  const put = async (path: string, query: string, body: string | Buffer): Promise<void> => {
    const answer = await s3Request(root, 'PUT', `/minio/admin/v3/${path}`, { query, body });
    if (answer.status !== 200) throw new Error(`MinIO answered ${answer.status}: ${answer.body}`);
  };
  const user = JSON.stringify({ secretKey, status: 'enabled' });
  await put('add-user', `accessKey=${name}`, sealed(root.secretKey, user));
  await put('add-canned-policy', `name=${name}`, JSON.stringify(policy));
  await put('set-user-or-group-policy', `isGroup=false&policyName=${name}&userOrGroup=${name}`, '');
}

/**
 * Encrypts a body with secrets for the admin API: salt, the number of the cipher (2: AES-256-GCM with PBKDF2), nonce,
 * then the text as the only and last fragment of a stream. The stream's associated data is the tag of an empty message
 * before it (minio/madmin-go, encrypt.go; secure-io/sio-go).
 */
function sealed(password: string, text: string): Buffer {
  const salt = randomBytes(32);
  const nonce = randomBytes(8);
  const key = pbkdf2Sync(password, salt, 8192, 32, 'sha256');
  const seal = (count: number, plain: string, associated: Buffer): Buffer => {
    const counter = Buffer.alloc(4);
    counter.writeUInt32LE(count);
    const cipher = createCipheriv('aes-256-gcm', key, Buffer.concat([nonce, counter]));
    cipher.setAAD(associated);
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  };
  const before = seal(0, '', Buffer.alloc(0));
  return Buffer.concat([salt, Buffer.from([2]), nonce, seal(1, text, Buffer.concat([Buffer.from([0x80]), before]))]);
}
