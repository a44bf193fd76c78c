import { span } from '../base/duration.ts';
import type { Deployment } from '../deployment/schema/deployment.ts';
import { CROSS_REGION_COPY } from '../recovery/figures.ts';
import { type Disaster, type Loss, lossesIn } from '../recovery/losses.ts';
import type { RunbookInput } from './input.ts';

/** A row of a table of losses. */
interface LossRow {
  readonly [name: string]: string;
  readonly store: string;
  readonly loss: string;
  readonly why: string;
}

const STORES = { postgres: 'databases', objectStorage: 'files', vectorStore: 'vectors' } as const;

/** Values about what is lost, from the recovery plan of the file. */
export function lossValues({ deployment }: RunbookInput) {
  const rows = (disaster: Disaster) => lossRows(disaster, deployment);
  const corruption = rows('corruption');
  return {
    machineLosses: rows('machine'),
    corruptionLosses: [...corruption, ...setRow(deployment)],
    databaseLosses: [...corruption.filter(({ store }) => store === STORES.postgres), ...setRow(deployment)],
    regionLosses: [...rows('region'), ...setRow(deployment)],
    fileLosses: [copyRow(deployment), ...setRow(deployment)],
  };
}

function lossRows(disaster: Disaster, deployment: Deployment): readonly LossRow[] {
  const { postgres, recovery } = deployment;
  const declared = postgres.mode === 'external' && postgres.managed?.ha === true;
  const losses = lossesIn(disaster, deployment, declared ? 'declared' : 'unseen');
  return (Object.keys(STORES) as (keyof typeof STORES)[]).map((store) => {
    const loss = losses.find((one) => one.store === store);
    if (loss !== undefined) return rowOf(loss);
    const why = recovery === undefined ? 'the file has no recovery plan (recovery)' : `recovery.${store} is not set`;
    return { store: STORES[store], loss: 'unknown', why };
  });
}

function rowOf({ store, seconds, open, how }: Loss): LossRow {
  const time = seconds === undefined ? 'everything' : seconds === 0 ? 'nothing' : span(seconds);
  return { store: STORES[store], loss: open === true ? `${time} and the duration of the backup` : time, why: how };
}

/** What a restore of a set loses, whatever the plan says. */
function setRow({ recovery }: Deployment): readonly LossRow[] {
  if (recovery?.backup === undefined) return [];
  return [
    { store: 'if a set is restored', loss: 'what is newer than the set', why: 'difyctl backup list shows its time' },
  ];
}

/** What a deleted bucket or folder loses: its own versions are gone with it. */
function copyRow({ recovery, objectStorage }: Deployment): LossRow {
  const store = STORES.objectStorage;
  const { replication = 'none', interval } = recovery?.objectStorage ?? {};
  if (replication === 'cross-region')
    return {
      store,
      loss: span(CROSS_REGION_COPY.rpo),
      why: 'copied to another bucket; the copy repeats deletions of objects',
    };
  if (objectStorage.provider === 'local' && interval !== undefined)
    return { store, loss: `${interval} and the duration of the copy`, why: `copied every ${interval}` };
  const own = objectStorage.provider === 'local' ? 'a folder keeps no versions' : 'versions are lost with the bucket';
  return { store, loss: 'everything', why: `${own}, and the file declares no copy elsewhere` };
}
