/** A form of secret that its shape alone identifies: its name in words, and its pattern. No pattern backtracks. */
type Shape = readonly [what: string, pattern: RegExp];

const PRIVATE_KEYS: readonly Shape[] = [
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY|PuTTY-User-Key-File-/],
  // "-----BEGIN " in base64, unless CERTIFICATE or PUBLIC follows.
  ['a private key in base64', /LS0tLS1CRUdJTi(?!BDRVJUSUZJQ0FUR|BQVUJMSUM)[A-Za-z0-9+/]{16}/],
];

/** Prefixes as their vendors document them. GitHub's list of secret scanning patterns names each. */
const TOKENS: readonly Shape[] = [
  ['a token of GitHub', /(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{16}|github_pat_[A-Za-z0-9_]{20})/],
  ['a token of GitLab', /(?<![A-Za-z0-9])gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent)-[A-Za-z0-9_-]{16}/],
  ['an access key of AWS', /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])/],
  ['a token of Slack', /(?<![A-Za-z0-9])(?:xox[a-z]|xapp)-[A-Za-z0-9-]{10}/],
  ['a JSON Web Token', /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\./],
  ['an API key (sk-…)', /(?<![A-Za-z0-9])(?:sk-[A-Za-z0-9_-]{16}|[sr]k_(?:live|test)_[A-Za-z0-9]{16})/],
  ['a key of Google', /(?<![A-Za-z0-9])(?:AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{16}|ya29\.[A-Za-z0-9_-]{16})/],
  ['a token of a package registry', /(?<![A-Za-z0-9])(?:npm_[A-Za-z0-9]{30}|pypi-[A-Za-z0-9_-]{30})/],
  ['a token of Docker Hub', /(?<![A-Za-z0-9])dckr_(?:pat|oat)_[A-Za-z0-9_-]{16}/],
  ['a token of Vault', /(?<![A-Za-z0-9])hv[sbr]\.[A-Za-z0-9_-]{20}/],
  ['a token of Hugging Face', /(?<![A-Za-z0-9])hf_[A-Za-z0-9]{30}/],
  ['a key of SendGrid', /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16}/],
  ['a key of Resend', /(?<![A-Za-z0-9])re_[A-Za-z0-9]{8}_[A-Za-z0-9]{16}/],
  ['a token of DigitalOcean', /(?<![A-Za-z0-9])do[op]_v1_[a-f0-9]{32}/],
];

const LOGINS: readonly Shape[] = [
  ['a login header', /(?<![A-Za-z0-9])(?:basic [A-Za-z0-9+/]{12}|bearer [A-Za-z0-9._~+/-]{16})/i],
  ['a registry login', /"auth"\s?:\s?"[A-Za-z0-9+/=]{8}/],
  [
    'a password in a connection text',
    /(?<![A-Za-z0-9_])(?:password|passwd|pwd|accountkey|sharedaccesskey|secret|api_?key|access_?token|token)=[^;&\s$'"<{][^;&\s$]{3}/i,
  ],
  ['a signed URL', /[?&](?:sig|x-(?:amz|goog|oss)-signature)=[A-Za-z0-9%+/=_-]{16}/i],
];

const SHAPES: readonly Shape[] = [...PRIVATE_KEYS, ...TOKENS, ...LOGINS];

/** The authority of a URL with user info: the scheme, and the text before the `@`. */
const USER_INFO = /(?<![a-z0-9+.-])([a-z][a-z0-9+.-]{0,30}):\/\/([^\s/?#@"'<>]{1,2000})@/gi;
/**
 * In these schemes a bare user name is a login or a token. In others (`ssh://git@…`, `postgres://dify@…`) it is a name.
 */
const LOGIN_SCHEMES = ['http', 'https', 'oci', 'ws', 'wss', 'ftp'];
/** Placeholders of a value that is set elsewhere: `$(NAME)`, `${NAME}`, `$NAME`, `{{ … }}`, `%s`, `***`. */
const PLACEHOLDER = /^(?:\$[({]?\w+[)}]?|\{\{.{0,100}\}\}|<[^<>]{0,100}>|%s|[*•x]+)$/i;

/**
 * Returns the kind of secret in a text, in words (`a token of GitHub`), by its shape alone. Returns undefined if none
 * is found.
 */
export function secretShape(text: string): string | undefined {
  const known = SHAPES.find(([, pattern]) => pattern.test(text))?.[0];
  return known ?? (hasLogin(text) ? 'a URL with a login' : undefined);
}

function hasLogin(text: string): boolean {
  return [...text.matchAll(USER_INFO)].some(([, scheme = '', info = '']) => {
    const colon = info.indexOf(':');
    const password = colon < 0 ? '' : info.slice(colon + 1);
    if (password !== '') return !PLACEHOLDER.test(password);
    return LOGIN_SCHEMES.includes(scheme.toLowerCase()) && !PLACEHOLDER.test(info);
  });
}
