import { createHash, createHmac } from 'node:crypto';

/** Address and login of an S3 server. */
export interface S3Login {
  /** `http://host:port`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Sends one signed request (AWS Signature Version 4) to `/bucket` or `/bucket/key`, path style. `query` is for example
 * `versioning=`; `headers` are not signed. Returns the status and the body.
 */
export async function s3Request(
  login: S3Login,
  method: string,
  path: string,
  options: {
    readonly query?: string;
    readonly body?: string | Buffer;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const { query = '', body = '' } = options;
  const md5 = createHash('md5').update(body).digest('base64');
  const url = new URL(`${path}${query === '' ? '' : `?${query}`}`, login.endpoint);
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const digest = sha256(body);
  const signed = 'host;x-amz-content-sha256;x-amz-date';
  const headers = `host:${url.host}\nx-amz-content-sha256:${digest}\nx-amz-date:${time}\n`;
  const canonical = [method, url.pathname, query, headers, signed, digest].join('\n');
  const scope = `${day}/${login.region}/s3/aws4_request`;
  const dayKey = hmac(`AWS4${login.secretKey}`, day);
  const key = ['s3', 'aws4_request'].reduce(hmac, hmac(dayKey, login.region));
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex');
  const credential = `Credential=${login.accessKey}/${scope}`;
  const response = await fetch(url, {
    method,
    headers: {
      'x-amz-content-sha256': digest,
      'x-amz-date': time,
      'content-md5': md5,
      ...options.headers,
      authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signed}, Signature=${signature}`,
    },
    ...(body.length === 0 ? {} : { body }),
  });
  return { status: response.status, body: await response.text() };
}
