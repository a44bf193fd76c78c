import * as z from 'zod';
import { dnsSubdomain, environmentName, filePath, line } from './fields.ts';

/**
 * An entry of the store of `secrets.store`. A key without a property is the whole value of that key; a property without
 * a key is one of the default key (`externalSource`).
 */
const external = z.strictObject({ external: z.strictObject({ key: line.optional(), property: line.optional() }) });

/**
 * Says where a secret is. It never holds the secret itself. `DIFYCTL_*` variables are difyctl's own settings and may
 * not hold a secret.
 */
export const secretRef = z.union(
  [
    z.strictObject({
      env: environmentName.refine((name) => !name.startsWith('DIFYCTL_'), 'DIFYCTL_ names are settings, not secrets'),
    }),
    z.strictObject({ file: filePath }),
    z.strictObject({
      kubernetes: z.strictObject({ name: dnsSubdomain, key: z.string().regex(/^[-._a-zA-Z0-9]+$/, 'a Secret key') }),
    }),
    external,
    z.strictObject({ generated: z.literal(true) }),
  ],
  { error: 'do not write the secret itself; write a reference: { env: NAME } or { file: PATH }' },
);

export type SecretRef = z.output<typeof secretRef>;

/** The keys of a reference, one for each kind: `env`, `file`, `kubernetes`, `external`, `generated`. */
export const SECRET_REF_KINDS: readonly string[] = secretRef.options.flatMap(({ shape }) => Object.keys(shape));

/** True for an object with the only key of a reference, whatever its value. */
export function isSecretRefShape(value: object): boolean {
  const [key, ...more] = Object.keys(value);
  return more.length === 0 && key !== undefined && SECRET_REF_KINDS.includes(key);
}

/**
 * The path in the file of a secret's reference, written or not: `postgres.password`, `objectStorage.s3.accessKey`,
 * `secrets.secretKey`. It identifies the secret. Values are only in a `SecretValues`, never in a Deployment.
 */
export type SecretPath = string;
