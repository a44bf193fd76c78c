import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { API_VERSION } from '../base/version.ts';
import { NEWEST_SET } from '../checklist/default-sets.ts';
import { withDefaults } from '../deployment/defaults.ts';
import type { Override } from '../deployment/overrides.ts';
import { withChanges, withPath } from '../deployment/paths.ts';
import { answersOf } from './answers.ts';

/** Overrides from one source: the whole command line, or one answer at the terminal. */
export type Overrides = readonly Override[];

/** A file and the overrides to apply to it, in order. */
export interface WizardState {
  /** The content of the file. Empty if the file does not exist. */
  readonly base: JsonObject;
  readonly said: readonly Overrides[];
}

/** A discriminator field, its section, and the keys of the section that keep their meaning when it changes. */
interface Switch {
  readonly path: string;
  readonly section: string;
  readonly keeps: readonly string[];
}

const SWITCHES: readonly Switch[] = [
  { path: 'target.type', section: 'target', keeps: ['type'] },
  { path: 'postgres.mode', section: 'postgres', keeps: ['mode', 'databases'] },
  { path: 'redis.mode', section: 'redis', keeps: ['mode', 'databases'] },
  {
    path: 'redis.topology',
    section: 'redis',
    keeps: ['mode', 'topology', 'username', 'password', 'tls', 'databases', 'agentUrl', 'managed'],
  },
  { path: 'objectStorage.provider', section: 'objectStorage', keeps: ['provider'] },
  { path: 'vectorStore.mode', section: 'vectorStore', keeps: ['mode'] },
  { path: 'vectorStore.provider', section: 'vectorStore', keeps: ['mode', 'provider'] },
  { path: 'mail.provider', section: 'mail', keeps: ['provider'] },
];

/** The start of a new file: its format, and the default set that it uses from now on. */
const NEW_FILE: JsonObject = { apiVersion: API_VERSION, defaults: NEWEST_SET };

/** Returns the data of the file with all overrides applied. */
export function dataOf({ base, said }: WizardState): JsonObject {
  return said.reduce(withOverrides, isNewFile(base) ? NEW_FILE : base);
}

/** True if the file does not exist or is empty. */
export function isNewFile(base: JsonObject): boolean {
  return Object.keys(base).length === 0;
}

/** Applies overrides. If a discriminator changes, the keys that belong to its old value are removed. */
function withOverrides(data: JsonObject, saying: Overrides): JsonObject {
  const before = answersOf(data);
  const isOtherTier = isChanged(before.value('tier'), answersOf(withChanges(data, saying)).value('tier'));
  const kept = isOtherTier ? withOldModes(data) : data;
  const after = answersOf(withChanges(kept, saying));
  const thrown = SWITCHES.filter(({ path }) => isChanged(before.value(path), after.value(path)));
  return withChanges(thrown.reduce(withoutOtherBranch, kept), saying);
}

/** Choices that have a default per tier, with their sections. */
const TIER_CHOICES = [
  ['postgres', 'mode'],
  ['redis', 'mode'],
  ['objectStorage', 'provider'],
  ['vectorStore', 'mode'],
] as const;

/**
 * Writes out the default choices of the old tier before the tier changes, because the other keys of a section are valid
 * only with the choice they were set for.
 */
function withOldModes(data: JsonObject): JsonObject {
  const filled = withDefaults(data);
  return TIER_CHOICES.reduce<JsonObject>((kept, [section, choice]) => {
    const [said, block] = [data[section], filled[section]];
    if (!isObject(said) || !isObject(block) || Object.keys(said).length === 0) return kept;
    const value = (block as JsonObject)[choice];
    return value === undefined ? kept : (withPath(kept, [section, choice], value) as JsonObject);
  }, data);
}

function isChanged(before: Json | undefined, after: Json | undefined): boolean {
  return before !== undefined && before !== after;
}

function withoutOtherBranch(data: JsonObject, { section, keeps }: Switch): JsonObject {
  const block = data[section];
  if (!isObject(block)) return data;
  const kept = Object.entries(block as Record<string, Json>).filter(([key]) => keeps.includes(key));
  return { ...data, [section]: Object.fromEntries(kept) };
}
