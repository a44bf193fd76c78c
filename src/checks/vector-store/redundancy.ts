import { formatBytes, formatCpu, parseQuantity } from '../../base/quantity.ts';
import { COPIES, DISK_USED, QDRANT_SIZE, type StoreSize } from '../../checklist/vector-stores.ts';
import type { NodeFact, VectorStoreFacts } from '../../evidence/vector-store/facts.ts';
import { vectorStoreProvider } from '../../providers/vector-store/registry.ts';
import type { Check, Judgement } from '../check.ts';
import { counted, finding, listed, pass, some } from '../judgement.ts';
import { declaredOnly, notReached } from '../services/probed.ts';
import { error, errorInProd, warning } from '../when.ts';
import { showNodes } from './managed.ts';
import { notObserved, probeFault, storeCheck, unasked } from './store-check.ts';

const replication = storeCheck({
  id: 'vector-store.replication',
  title: 'every vector has a second copy on another node',
  severity: errorInProd,
  remedy: 'set two copies for every collection',
  judge: (seen) => {
    const { facts, store, context } = seen;
    const { copies, nodes } = facts;
    const expected = `${COPIES} copies of every collection`;
    if (copies === undefined) return unasked(seen, `${facts.provider} does not show how many copies it stores`);
    if (nodes !== undefined && 'seen' in nodes && nodes.seen.length < COPIES)
      return notReached('vector-store.single-point-of-failure');
    if ('fault' in copies) return probeFault(seen, copies.fault, { where: facts.address, expected });
    if ('hidden' in copies) {
      if (context.tier === 'test') return unasked(seen, 'this key may not read the schema');
      return store.managed === undefined
        ? notObserved(expected, copies.hidden, 'give the key the right to read the schema')
        : declaredOnly(`${COPIES} copies at ${store.managed.by}`, showNodes(store));
    }
    const { ofNew, single, collections } = copies.seen;
    if (ofNew !== undefined && ofNew < COPIES) {
      return finding('fail', {
        observed: 'a new collection gets one copy',
        expected,
        remedy: vectorStoreProvider(facts.provider).copies?.raise ?? 'add a standby or a replica',
      });
    }
    if (single.length > 0) {
      const observed = `${single.length} of ${counted(collections, 'collection')} ${single.length === 1 ? 'has' : 'have'} one copy: ${some(single)}`;
      return finding('fail', { observed, expected, remedy: copyAgain(facts, single[0] ?? '') });
    }
    return pass(ofNew === undefined ? 'no collection has only one copy' : `${ofNew} copies`, expected);
  },
});

/** The remedy that gives an existing collection another copy. */
function copyAgain({ provider, address }: VectorStoreFacts, name: string): string {
  return (
    vectorStoreProvider(provider).copies?.again?.(address, name) ??
    `after new collections get ${COPIES} copies, index the knowledge base of ${name} again`
  );
}

const disk = storeCheck({
  id: 'vector-store.disk',
  title: 'the disks of the vector store have free space',
  severity: error,
  remedy: 'enlarge the disks, or delete unneeded data',
  judge: (seen) => {
    const { nodes } = seen.facts;
    const known =
      nodes !== undefined && 'seen' in nodes ? nodes.seen.filter(({ diskUsed }) => diskUsed !== undefined) : [];
    if (known.length === 0) return unasked(seen, `${seen.facts.provider} does not show its disks here`);
    const expected = `less than ${percent(DISK_USED.warn)} used`;
    const over = (limit: number) => known.filter(({ diskUsed = 0 }) => diskUsed >= limit);
    const words = (full: readonly NodeFact[]) =>
      some(full.map(({ name, diskUsed = 0 }) => `${name} ${percent(diskUsed)} full`));
    if (over(DISK_USED.fail).length > 0) return finding('fail', { observed: words(over(DISK_USED.fail)), expected });
    if (over(DISK_USED.warn).length > 0) return finding('warn', { observed: words(over(DISK_USED.warn)), expected });
    return pass(
      `${percent(Math.max(...known.map(({ diskUsed = 0 }) => diskUsed)))} used on the fullest node`,
      expected,
    );
  },
});

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

const size = storeCheck({
  id: 'vector-store.size',
  title: 'the machines of Qdrant have the size that the published checklist requires',
  severity: (tier) => (tier === 'prod' ? warning(tier) : 'info'),
  when: ({ provider }) => provider === 'qdrant',
  remedy: 'enlarge the machines, or measure that they can handle your load and change nothing',
  judge: (seen) => {
    const { facts, store, context } = seen;
    const wanted = QDRANT_SIZE[context.tier];
    const expected = `${counted(wanted.nodes, 'node')} of ${formatCpu(wanted.cpus)}, ${formatBytes(wanted.memoryBytes)}, ${formatBytes(wanted.diskBytes)}`;
    const nodes = facts.nodes !== undefined && 'seen' in facts.nodes ? facts.nodes.seen : [];
    const sized = nodes.filter(({ cpus }) => cpus !== undefined);
    if (sized.length > 0) return judgeSize(sized, wanted, expected);
    const declared = store.managed?.size;
    if (declared === undefined)
      return unasked(
        seen,
        'this key may not read the size, and the file does not declare it (vectorStore.managed.size)',
      );
    const { cpu, memory, storage } = declared;
    const node: NodeFact = {
      name: `${store.managed?.by} (declared)`,
      isUp: true,
      ...(cpu === undefined ? {} : { cpus: cpu }),
      ...(memory === undefined ? {} : { memoryBytes: parseQuantity(memory) }),
      ...(storage === undefined ? {} : { diskBytes: parseQuantity(storage) }),
    };
    return judgeSize([node], wanted, expected);
  },
});

/** Machines report a little less than their nominal size. */
const TOLERANCE = 0.94;

function judgeSize(nodes: readonly NodeFact[], wanted: StoreSize, expected: string): Judgement {
  const isBelow = (has: number | undefined, asked: number) => has !== undefined && has < asked * TOLERANCE;
  const small = nodes.filter(
    ({ cpus, memoryBytes, diskBytes }) =>
      isBelow(cpus, wanted.cpus) || isBelow(memoryBytes, wanted.memoryBytes) || isBelow(diskBytes, wanted.diskBytes),
  );
  const words = (list: readonly NodeFact[]) => some(list.map(sizeOf));
  return small.length === 0 ? pass(words(nodes), expected) : finding('warn', { observed: words(small), expected });
}

function sizeOf({ name, cpus, memoryBytes, diskBytes }: NodeFact): string {
  const parts = [
    ...(cpus === undefined ? [] : [formatCpu(cpus)]),
    ...(memoryBytes === undefined ? [] : [formatBytes(memoryBytes)]),
    ...(diskBytes === undefined ? [] : [`${formatBytes(diskBytes)} of disk`]),
  ];
  return `${name} has ${listed(parts)}`;
}

export const vectorStoreRedundancyChecks: readonly Check[] = [replication, disk, size];
