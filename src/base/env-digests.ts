import { createHmac, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

/**
 * Digests of the variables of a `.env`, by name. They show which variable was edited, and its value cannot be guessed
 * from them. Each is an HMAC keyed with the value of one variable, the key. The digest of the key itself is a salted
 * scrypt.
 */
export type EnvDigests = Readonly<Record<string, string>>;

/** Names of the variables that differ from the recorded ones. */
export interface EnvDifference {
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

const SCHEME = 'scrypt';
const SALT_BYTES = 16;
const DIGEST_BYTES = 32;

/**
 * Returns the digests of these variables. `key` names the variable whose value is the HMAC key. Returns none if it is
 * not set.
 */
export function envDigests(env: Readonly<Record<string, string>>, key: string): EnvDigests {
  const secret = env[key];
  if (secret === undefined) return {};
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, name === key ? keyDigest(value) : hmac(secret, name, value)]),
  );
}

/**
 * Returns a function that says whether a value is the recorded value of a variable. It returns undefined if that cannot
 * be known: the variable was not recorded, or none of `keys` (values that the key may have) is the recorded key.
 */
export function envMatcher(
  digests: EnvDigests,
  key: string,
  keys: Iterable<string>,
): (name: string, value: string) => boolean | undefined {
  const recorded = digests[key];
  const secret = recorded === undefined ? undefined : [...new Set(keys)].find((value) => isKey(recorded, value));
  return (name, value) => {
    const digest = digests[name];
    if (digest === undefined) return undefined;
    if (name === key) return value === secret || isKey(digest, value);
    return secret === undefined ? undefined : equal(digest, hmac(secret, name, value));
  };
}

/** Returns which variables of a `.env` differ from the recorded ones. */
export function envDifference(
  digests: EnvDigests,
  env: Readonly<Record<string, string>>,
  isRecorded: (name: string, value: string) => boolean | undefined,
): EnvDifference {
  const names = Object.keys(digests);
  return {
    changed: names.filter((name) => env[name] !== undefined && isRecorded(name, env[name]) === false),
    removed: names.filter((name) => env[name] === undefined),
    added: Object.keys(env).filter((name) => digests[name] === undefined),
  };
}

function hmac(secret: string, name: string, value: string): string {
  return createHmac('sha256', secret).update(`${name}=${value}`).digest('hex');
}

function keyDigest(value: string): string {
  const salt = randomBytes(SALT_BYTES).toString('hex');
  return `${SCHEME}:${salt}:${scryptSync(value, salt, DIGEST_BYTES).toString('hex')}`;
}

function isKey(digest: string, value: string): boolean {
  const [scheme, salt = '', hash = ''] = digest.split(':');
  return scheme === SCHEME && equal(hash, scryptSync(value, salt, DIGEST_BYTES).toString('hex'));
}

function equal(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
