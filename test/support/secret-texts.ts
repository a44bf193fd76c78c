/**
 * Examples of secrets as users paste them into values; none is real. They are joined from pieces so that no scanner
 * reports this file as a leak.
 */
export const SECRET_TEXTS: readonly (readonly [what: string, text: string])[] = [
  ['a URL of PostgreSQL', 'postgresql://dify:s3cr3tPassw0rd@db.internal:5432/dify'],
  ['a URL of Redis', 'redis://:s3cr3tPassw0rd@redis.internal:6379/0'],
  ['a URL of AMQP', 'amqp://u:s3cr3tPassw0rd@mq/%2F'],
  ['a URL of a proxy', 'http://user:s3cr3tPassw0rd@proxy.internal:3128'],
  ['a URL with a token as its user', `https://${'gh'}x_token@github.com/acme/ops.git`],
  ['an OCI address with a login', 'oci://user:s3cr3tPassw0rd@registry.internal/charts/dify'],
  ['a private key', `-----BEGIN ${'PRIVATE'} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----`],
  ['a private key of RSA', `-----BEGIN RSA ${'PRIVATE'} KEY-----\\nMIIEvQ`],
  ['a private key of OpenSSH', `-----BEGIN OPENSSH ${'PRIVATE'} KEY-----`],
  ['an encrypted private key', `-----BEGIN ENCRYPTED ${'PRIVATE'} KEY-----`],
  [
    'a private key in base64',
    Buffer.from(`-----BEGIN ${'PRIVATE'} KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQ`).toString('base64'),
  ],
  ['a token of GitHub', `${'ghp'}_${'a1B2'.repeat(9)}`],
  ['a fine-grained token of GitHub', `${'github'}_pat_${'a1B2c'.repeat(8)}`],
  ['a token of GitLab', `${'glpat'}-${'a1B2c'.repeat(4)}`],
  ['a key of OpenAI', `${'sk'}-proj-${'a1B2c'.repeat(6)}`],
  ['a key of Stripe', `${'sk'}_live_${'a1B2c'.repeat(5)}`],
  ['an access key of AWS', `${'AKIA'}IOSFODNN7EXAMPLE`],
  ['a token of Slack', `${'xoxb'}-123456789012-abcdefABCDEF`],
  ['a JSON Web Token', `${'eyJ'}hbGciOiJIUzI1NiJ9.${'eyJ'}zdWIiOiIxMjM0In0.c2lnbmF0dXJl`],
  ['a key of Google', `${'AIza'}${'a1B2c'.repeat(7)}`],
  ['a token of npm', `${'npm'}_${'a1B2c3'.repeat(6)}`],
  ['a token of Hugging Face', `${'hf'}_${'aBcDe'.repeat(7)}`],
  ['a token of Vault', `${'hvs'}.${'a1B2c'.repeat(6)}`],
  ['a login header', 'Authorization: Basic ZGlmeTpzM2NyM3RQYXNzdzByZA=='],
  ['a bearer', 'Authorization: Bearer a1B2c3D4e5F6g7H8i9'],
  ['a registry login', '{"auths":{"r.internal":{"auth":"ZGlmeTpzM2NyM3Q="}}}'],
  ['a connection text', 'host=db user=dify password=s3cr3tPassw0rd dbname=dify'],
  ['a connection text of Azure', 'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=c2VjcmV0a2V5c2VjcmV0;'],
  ['a signed URL', 'https://a.blob.core.windows.net/c?sv=2024&sig=c2VjcmV0c2lnbmF0dXJl%3D'],
];
