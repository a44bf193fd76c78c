import { ExternalError } from '../../base/errors.ts';
import type { SecretPath } from '../../base/secret-ref.ts';
import type { RequiredSecret, SecretValues, UnresolvedSecret } from '../../deployment/secrets.ts';
import type { InstalledSecrets, InstalledState } from '../installed.ts';
import { settleEdited } from './edited.ts';
import { generateSecret, placeholder } from './generate.ts';
import { type OutsideRef, type ReferenceSources, type ResolvedReference, resolveReference } from './references.ts';

/** Every secret of a run, and what its resolution showed. */
export interface ResolvedSecrets extends SecretValues {
  /** Generated secrets in use, for the cache. */
  readonly generated: ReadonlyMap<SecretPath, string>;
  /** Secrets that are new in this run. */
  readonly made: readonly SecretPath[];
  /** Real values for the redactor, without placeholders. */
  readonly real: readonly string[];
  /** Notes to show once, such as why the installation could not be read. */
  readonly notes: readonly string[];
}

export interface ResolveInput {
  readonly required: readonly RequiredSecret[];
  readonly sources: Omit<ReferenceSources, 'kubernetes'>;
  readonly living: InstalledSecrets;
  readonly cache: ReadonlyMap<SecretPath, string>;
  /** The variable that holds each secret in the current rendering, for an installation that recorded no keys. */
  readonly keysNow: Readonly<Record<SecretPath, string>>;
  /** The source of each external secret in its store (`sourceText`). */
  readonly stored?: ReadonlyMap<SecretPath, string>;
  /**
   * If the installation cannot be read, `stop` throws; `warn` uses the cache, otherwise new secrets, and adds a note.
   */
  readonly unreadable: 'stop' | 'warn';
  readonly signal: AbortSignal;
}

/**
 * Resolves references to their values. External ones come from the Secret of the cluster; generated ones from the existing
 * installation, else from the cache, else they are new values. `settleEdited` decides about a value of the installation that was edited since its revision. A key that
 * protects stored data is never generated again if an installation left traces: it stays unresolved, and the reason
 * says where to look. An unresolved secret has a placeholder. Throws ExternalError if `unreadable` is `stop` and the
 * installation cannot be read.
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
  if (!required.some(({ ref }) => 'generated' in ref || 'external' in ref)) return { facts: NOTHING, notes: [] };
  try {
    const facts = await living.read(signal);
    return { facts, notes: facts.notes ?? [] };
  } catch (error) {
    if (unreadable === 'stop' || !(error instanceof ExternalError)) throw error;
    const why = error.stderr.at(-1) ?? error.message;
    return { facts: NOTHING, notes: [`${living.where} could not be read, so its secrets are unknown: ${why}`] };
  }
}

async function findOne(
  secret: RequiredSecret,
  sources: ReferenceSources,
  facts: InstalledState,
  keys: Readonly<Record<SecretPath, string>>,
  { cache, living, stored }: ResolveInput,
): Promise<{ readonly result: ResolvedReference; readonly made: boolean; readonly note?: string | undefined }> {
  const { path, ref, form, protectsData } = secret;
  if ('external' in ref) return { result: fromStore(path, stored?.get(path), facts), made: false };
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
  // The cache may hold a value older than the recorded one, which is lost.
  const isStale = edited !== undefined && protectsData;
  const known = live ?? (isStale ? undefined : cached);
  if (known !== undefined && known !== '') return { result: { value: known }, made: false };
  if (protectsData && facts.traces.length > 0)
    return { result: { reason: lost(living.where, facts.traces) }, made: false };
  return { result: { value: generateSecret(form) }, made: true };
}

/**
 * The value of the store, from a Secret that External Secrets created from the same source. Only probes need it.
 */
function fromStore(path: SecretPath, source: string | undefined, { external = [] }: InstalledState): ResolvedReference {
  const found = external.find(({ sources }) => source !== undefined && sources[path] === source)?.data[path];
  if (found !== undefined && found !== '') return { value: found };
  return { reason: `it is in ${source}, and External Secrets has not created a Secret from it yet` };
}

function lost(where: string, traces: readonly string[]): string {
  return (
    `it may protect stored data (${where}: ${traces.join(', ')}), but neither the installation nor .difyctl/ ` +
    'contains it; a new secret would make that data unreadable. Look for it in the backup of .difyctl/, on the machine that installed, ' +
    'or in the environment of the running api, and set it as { env: … } or { file: … }'
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
