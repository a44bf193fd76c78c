import { ExternalError } from '../../base/errors.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import type { RequiredSecret, SecretValues, UnresolvedSecret } from '../../deployment/secrets.ts';
import type { InstalledSecrets, InstalledState } from '../installed.ts';
import { settleEdited } from './edited.ts';
import { generateSecret, placeholder } from './generate.ts';
import { type OutsideRef, type ReferenceSources, type ResolvedReference, resolveReference } from './references.ts';

/** Every secret of a run, and what the run learned while it looked. */
export interface ResolvedSecrets extends SecretValues {
  /** Generated secrets in use, for the cache. */
  readonly generated: ReadonlyMap<SecretPath, string>;
  /** Those that nobody had before this run. */
  readonly made: readonly SecretPath[];
  /** Real values, for the redactor: no placeholder is among them. */
  readonly real: readonly string[];
  /** Said once to the reader: the living installation could not be read, and why. */
  readonly notes: readonly string[];
}

export interface ResolveInput {
  readonly required: readonly RequiredSecret[];
  readonly sources: Omit<ReferenceSources, 'kubernetes'>;
  readonly living: InstalledSecrets;
  readonly cache: ReadonlyMap<SecretPath, string>;
  /** Which variable holds which secret as it is rendered now, for an installation that recorded no keys. */
  readonly keysNow: Readonly<Record<SecretPath, string>>;
  /** `stop`: an installation that cannot be read ends the run; `warn`: the cache, else new secrets, and a note. */
  readonly unreadable: 'stop' | 'warn';
  readonly signal: AbortSignal;
}

/**
 * Resolves references where they point, and generated secrets in this order: the living installation, the cache, a new one. A value of the living
 * installation that was edited since its revision is settled by `settleEdited`. A key that protects
 * stored data is never made anew where an installation left traces: it stays unresolved, and the reason says where to look. What is
 * unresolved holds a placeholder. Throws ExternalError where `unreadable` is `stop` and the installation cannot be read.
 */
export async function resolveSecrets(input: ResolveInput): Promise<ResolvedSecrets> {
  const { required, living } = input;
  const { facts, notes } = await readInstalled(input);
  const keys = { ...input.keysNow, ...facts.keys };
  const sources = { ...input.sources, kubernetes: living.kubernetesSecret.bind(living) };
  const found = await Promise.all(
    required.map(async (secret) => ({ secret, ...(await findOne(secret, sources, facts, keys, input)) })),
  );
  const values = new Map<SecretPath, string>();
  const generated = new Map<SecretPath, string>();
  const unresolved: UnresolvedSecret[] = [];
  for (const { secret, result } of found) {
    const { path, ref, form } = secret;
    if ('reason' in result) unresolved.push({ path, ref, reason: result.reason });
    else if ('generated' in ref) generated.set(path, result.value);
    values.set(path, 'value' in result ? result.value : placeholder(path, form));
  }
  return {
    ...reader(values),
    unresolved,
    generated,
    made: found.filter(({ made }) => made).map(({ secret }) => secret.path),
    real: found.flatMap(({ result }) => ('value' in result ? [result.value] : [])),
    notes: [...notes, ...found.flatMap(({ note }) => (note === undefined ? [] : [note]))],
  };
}

const NOTHING: InstalledState = { data: {}, keys: {}, traces: [] };

async function readInstalled({ required, living, unreadable, signal }: ResolveInput) {
  if (!required.some(({ ref }) => 'generated' in ref)) return { facts: NOTHING, notes: [] };
  try {
    const facts = await living.read(signal);
    return { facts, notes: facts.notes ?? [] };
  } catch (error) {
    if (unreadable === 'stop' || !(error instanceof ExternalError)) throw error;
    const why = error.stderr.at(-1) ?? error.message;
    return { facts: NOTHING, notes: [`${living.where} could not be read, so its secrets are not known here: ${why}`] };
  }
}

async function findOne(
  secret: RequiredSecret,
  sources: ReferenceSources,
  facts: InstalledState,
  keys: Readonly<Record<SecretPath, string>>,
  { cache, living }: ResolveInput,
): Promise<{ readonly result: ResolvedReference; readonly made: boolean; readonly note?: string | undefined }> {
  const { path, ref, form, protectsData } = secret;
  if (!('generated' in ref)) return { result: await resolveReference(ref satisfies OutsideRef, sources), made: false };
  const key = keys[path];
  const found = key === undefined ? undefined : facts.data[key];
  const live = found === '' ? undefined : found;
  const edited = key === undefined ? undefined : facts.edited?.get(key);
  const cached = cache.get(path);
  if (edited !== undefined) {
    const settled = settleEdited({ path, edited, live, cached, protectsData });
    if (settled !== undefined)
      return { result: settled, made: false, note: 'note' in settled ? settled.note : undefined };
  }
  // The cache may hold an older value than the recorded one, which is lost.
  const isStale = edited !== undefined && protectsData;
  const known = live ?? (isStale ? undefined : cached);
  if (known !== undefined && known !== '') return { result: { value: known }, made: false };
  if (protectsData && facts.traces.length > 0)
    return { result: { reason: lost(living.where, facts.traces) }, made: false };
  return { result: { value: generateSecret(form) }, made: true };
}

function lost(where: string, traces: readonly string[]): string {
  return (
    `data may have been stored with it (${where}: ${traces.join(', ')}), and neither the installation nor .difyctl/ ` +
    'holds it; a new one would make that data unreadable. Look in the backup of .difyctl/, on the machine that installed, ' +
    'or in the environment of the running api, and give it as { env: … } or { file: … }'
  );
}

function reader(values: ReadonlyMap<SecretPath, string>): Pick<SecretValues, 'get' | 'has'> {
  return {
    has: (path) => values.has(path),
    get: (path) => {
      const value = values.get(path);
      if (value === undefined) throw new Error(`the deployment requires no secret ${path}`);
      return value;
    },
  };
}
