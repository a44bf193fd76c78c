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
  title: 'vectors have a second copy on another node',
  severity: errorInProd,
  remedy: 'give every collection two copies',
  judge: (seen) => {
    const { facts, store, context } = seen;
    const { copies, nodes } = facts;
    const expected = `${COPIES} copies of every collection`;
    if (copies === undefined) return unasked(seen, `${facts.provider} keeps its vectors in storage of its own`);
    if (nodes !== undefined && 'seen' in nodes && nodes.seen.length < COPIES)
      return notReached('vector-store.single-point-of-failure');
    if ('fault' in copies) return probeFault(seen, copies.fault, { where: facts.address, expected });
    if ('hidden' in copies) {
      if (context.tier === 'test') return unasked(seen, 'its schema is not shown to this key');
      return store.managed === undefined
        ? notObserved(expected, copies.hidden, 'give the key the right to read the schema')
        : declaredOnly(`${COPIES} copies at ${store.managed.by}`, showNodes(store));
    }
    const { ofNew, single, collections } = copies.seen;
    if (ofNew !== undefined && ofNew < COPIES) {
      return finding('fail', {
        observed: 'new collections get one copy',
        expected,
        remedy: vectorStoreProvider(facts.provider).copies?.raise ?? 'add a standby or a replica',
      });
    }
    if (single.length > 0) {
      const observed = `${single.length} of ${counted(collections, 'collection')} with one copy: ${some(single)}`;
      return finding('fail', { observed, expected, remedy: copyAgain(facts, single[0] ?? '') });
    }
    return pass(ofNew === undefined ? 'no collection with one copy' : `${ofNew} copies`, expected);
  },
});

/** The remedy that gives an existing collection another copy. */
function copyAgain({ provider, address }: VectorStoreFacts, name: string): string {
  return (
    vectorStoreProvider(provider).copies?.again?.(address, name) ??
    `index the knowledge base of ${name} again once new collections get ${COPIES} copies`
  );
}

const disk = storeCheck({
  id: 'vector-store.disk',
  title: 'the disks of the vector store have room',
  severity: error,
  remedy: 'enlarge the disks, or delete what is not needed',
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
    return pass(`${percent(Math.max(...known.map(({ diskUsed = 0 }) => diskUsed)))} used at most`, expected);
  },
});

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}

const size = storeCheck({
  id: 'vector-store.size',
  title: "Qdrant's machines are as large as the published checklist asks",
  severity: (tier) => (tier === 'prod' ? warning(tier) : 'info'),
  when: ({ provider }) => provider === 'qdrant',
  remedy: 'enlarge the machines, or measure that yours carry the load and leave this as it is',
  judge: (seen) => {
    const { facts, store, context } = seen;
    const wanted = QDRANT_SIZE[context.tier];
    const expected = `${counted(wanted.nodes, 'node')} of ${formatCpu(wanted.cpus)}, ${formatBytes(wanted.memoryBytes)}, ${formatBytes(wanted.diskBytes)}`;
    const nodes = facts.nodes !== undefined && 'seen' in facts.nodes ? facts.nodes.seen : [];
    const sized = nodes.filter(({ cpus }) => cpus !== undefined);
    if (sized.length > 0) return judgeSize(sized, wanted, expected);
    const declared = store.managed?.size;
    if (declared === undefined)
      return unasked(seen, 'its size is neither shown to this key nor declared (vectorStore.managed.size)');
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
