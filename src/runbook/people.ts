import type { Deployment } from '../deployment/schema/deployment.ts';
import { storeBuckets } from '../providers/object-storage/registry.ts';
import type { RunbookInput } from './input.ts';
import { serverWords } from './postgres.ts';
import { redisPlace } from './redis.ts';
import { secretsPlace } from './secrets.ts';
import { composeDirectory } from './target.ts';
import { vectorPlace } from './vectors.ts';
import { enumerated } from './words.ts';

const OPERATOR = 'the operator';

/** Values about who does what: each role, with the access that the step needs. The file has no names of people. */
export function peopleValues(input: RunbookInput) {
  const { deployment } = input;
  const { redis, urls } = deployment;
  const roles = {
    operator: operator(input),
    pgAdmin: administrator(deployment.postgres, `PostgreSQL at ${serverWords(deployment)}`),
    redisAdmin: administrator(redis, `Redis at ${redisPlace(redis) ?? ''}`),
    storageAdmin: storageAdmin(deployment),
    keyHolder: keyHolder(deployment),
  };
  const hosts = [...new Set(Object.values(urls).flatMap((url) => (url === undefined ? [] : [new URL(url).hostname])))];
  const vectors = administrator(deployment.vectorStore, `the vector store ${vectorPlace(deployment)}`);
  return {
    ...roles,
    people: withoutRepeats([
      { who: roles.operator, needs: 'difyctl and the programs that it runs; difyctl prerequisites lists the rights' },
      { who: roles.pgAdmin, needs: 'a role that may create databases, and the rights of the vendor to restore' },
      ...(redis.mode === 'external' ? [{ who: roles.redisAdmin, needs: 'rights to fail over' }] : []),
      { who: roles.storageAdmin, needs: 'rights to create and restore' },
      ...(deployment.vectorStore.mode === 'external' ? [{ who: vectors, needs: 'rights to restore' }] : []),
      { who: roles.keyHolder, needs: 'the secrets, and the age key if sets are restored' },
      { who: `Anyone who may change the DNS records of ${enumerated(hosts)}`, needs: 'rights in the zone' },
    ]),
  };
}

/** What a bundled service needs is among the rights of the operator. */
function withoutRepeats(people: readonly { readonly who: string; readonly needs: string }[]) {
  return people.filter(({ who }) => who !== OPERATOR);
}

function operator({ deployment, baseDirectory }: RunbookInput): string {
  const { target } = deployment;
  if (target.type === 'compose') {
    return `An operator with root on the host of ${composeDirectory(deployment, baseDirectory)}`;
  }
  const cluster = target.context === undefined ? 'the cluster of the current context' : `context ${target.context}`;
  return `An operator with access to ${cluster}, namespace ${target.namespace}`;
}

type Service =
  | { readonly mode: 'bundled' }
  | { readonly mode: 'external'; readonly managed?: { readonly by: string } | undefined };

function administrator(service: Service, what: string): string {
  if (service.mode === 'bundled') return OPERATOR;
  return service.managed === undefined
    ? `the administrator of ${what}`
    : `the administrator of ${what} (${service.managed.by})`;
}

function storageAdmin({ objectStorage, target }: Deployment): string {
  if (objectStorage.provider === 'local') {
    return target.type === 'compose' ? OPERATOR : 'the administrator of the storage class';
  }
  const { api, pluginDaemon } = storeBuckets(objectStorage);
  const buckets = enumerated([...new Set([api, pluginDaemon])]);
  const by = objectStorage.managed === undefined ? objectStorage.provider : objectStorage.managed.by;
  return `the administrator of the buckets ${buckets} at ${by}`;
}

function keyHolder(deployment: Deployment): string {
  const { recipients = [] } = deployment.recovery?.backup ?? {};
  const holders = recipients.length === 0 ? '' : `anyone who has the age key of ${enumerated(recipients)}, and `;
  return `${holders}anyone who can read ${secretsPlace(deployment)}`;
}
