import { isObject, type Json, type JsonObject } from '../base/json.ts';
import { API_VERSION } from '../base/version.ts';
import { NEWEST_SET } from '../checklist/default-sets.ts';
import { withDefaults } from '../deployment/defaults.ts';
import type { Override } from '../deployment/overrides.ts';
import { withChanges, withPath } from '../deployment/paths.ts';
import { answersOf } from './answers.ts';

/** What was said at once: everything on one command line, or one answer at the terminal. */
export type Overrides = readonly Override[];

/** A file and what was said about it, in order. */
export interface WizardState {
  /** The file as it is; empty where there is none. */
  readonly base: JsonObject;
  readonly said: readonly Overrides[];
}

/** A choice that decides which other keys its section may have, and those that mean the same whatever was chosen. */
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

/** What a new file begins with: its format, and the set of defaults that it relies on from now on. */
const NEW_FILE: JsonObject = { apiVersion: API_VERSION, defaults: NEWEST_SET };

/** The file as it would be. */
export function dataOf({ base, said }: WizardState): JsonObject {
  return said.reduce(withOverrides, isNewFile(base) ? NEW_FILE : base);
}

/** True where there is no file yet, or one that says nothing. */
export function isNewFile(base: JsonObject): boolean {
  return Object.keys(base).length === 0;
}

/** Where a switch is thrown, what the old choice had brought along goes. */
function withOverrides(data: JsonObject, saying: Overrides): JsonObject {
  const before = answersOf(data);
  const isOtherTier = isChanged(before.value('tier'), answersOf(withChanges(data, saying)).value('tier'));
  const kept = isOtherTier ? withOldModes(data) : data;
  const after = answersOf(withChanges(kept, saying));
  const thrown = SWITCHES.filter(({ path }) => isChanged(before.value(path), after.value(path)));
  return withChanges(thrown.reduce(withoutOtherBranch, kept), saying);
}

/** Choices that a tier makes by default, and what their sections are called. */
const TIER_CHOICES = [
  ['postgres', 'mode'],
  ['redis', 'mode'],
  ['objectStorage', 'provider'],
  ['vectorStore', 'mode'],
] as const;

/** The other tier has other defaults: what a section says stays right only beside the choice that it was said for. */
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
