import { sha256 } from '../../base/digest.ts';
import { publishedSecretIn } from '../../checklist/published-defaults.ts';
import { settingsOf } from '../rendered/settings.ts';
import type { AuditedSecret } from './facts.ts';

export type Variables = Readonly<Record<string, string>>;

/** Variables that rules of an audit read besides those of a rendered set. None of them is a secret. */
const ALSO_READ =
  /^(MIGRATION_ENABLED|CELERY_(WORKER_)?QUEUES|(CONSOLE|SERVICE|APP)_(WEB|API)_URL|FILES_URL|TRIGGER_URL|NGINX_HTTPS_ENABLED|PLUGIN_STORAGE_TYPE|OPENDAL_SCHEME|FORCE_VERIFYING_SIGNATURE)$/;

/** Names of variables that hold a secret. */
const SECRET_NAME =
  /(KEY|KEYS|PASSWORD|PASS|PWD|SECRET|TOKEN|CREDENTIALS|BROKER_URL|REDIS_URL|CONNECTION_STRING|JSON_BASE64|DSN)$/;
/** Their names end like those of secrets. */
const NO_SECRETS = /^(WEAVIATE_TOKENIZATION|MAX_TOKEN|PGDATA|PASSWD|.*_PUBLIC_KEY|.*_MAX_TOKENS?)$/;

/** The settings that rules read, without logins in URLs. */
export function auditSettings(variables: Variables): Variables {
  const also = Object.entries(variables).filter(([name]) => ALSO_READ.test(name));
  return { ...settingsOf(variables), ...Object.fromEntries(also.map(([name, value]) => [name, withoutLogin(value)])) };
}

function withoutLogin(value: string): string {
  return value.replace(/\/\/[^/@\s]*@/g, '//');
}

/** The variables and the command line of one workload. The values stay in this process. */
export interface WorkloadVariables {
  readonly workload: string;
  readonly variables: Variables;
  readonly command: readonly string[];
}

/**
 * The traits of every secret variable. A variable with another name counts if its value contains a published secret. A
 * value is compared by its digest, and the numbers that stand for equal values say nothing of it.
 */
export function auditSecrets(all: readonly WorkloadVariables[]): readonly AuditedSecret[] {
  const groups = new Map<string, number>();
  const traits = (workload: string, variable: string, value: string): AuditedSecret => {
    const digest = sha256(value);
    const group = groups.get(digest) ?? groups.size;
    groups.set(digest, group);
    const isPublished = publishedSecretIn(value) !== undefined;
    return { workload, variable, isPublished, isEmpty: value === '', group };
  };
  return all.flatMap(({ workload, variables, command }) => [
    ...Object.entries(variables)
      .filter(([name, value]) => isSecretName(name) || isUnmistakable(value))
      .map(([name, value]) => traits(workload, name, value)),
    ...(command.some(isUnmistakable) ? [traits(workload, 'command line', command.join(' '))] : []),
  ]);
}

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRETS.test(name);
}

/** True if the text contains a published secret that is no ordinary word. */
function isUnmistakable(text: string): boolean {
  return text !== '' && publishedSecretIn(` ${text}`) !== undefined;
}

/** The options of a command line, without values: `--requirepass`, `--appendonly yes` becomes `--appendonly=yes`. */
export function optionsOf(command: readonly string[]): readonly string[] {
  const words = command.flatMap((text) => text.split(/\s+/));
  return words.flatMap((word, at) => {
    if (!/^--?[a-z][\w-]*/i.test(word)) return [];
    const name = word.split('=')[0] ?? word;
    const next = word.includes('=') ? word.slice(name.length + 1) : words[at + 1];
    return /^(yes|no|on|off|true|false)$/.test(next ?? '') ? [`${name}=${next}`] : [name];
  });
}
