import { parseAllDocuments } from 'yaml';

type Variables = Readonly<Record<string, string>>;
interface Source {
  readonly name: string;
  readonly key: string;
}
interface Container {
  readonly name: string;
  readonly image: string;
  /** Null if the chart writes the key and nothing below it. */
  readonly env?:
    | readonly {
        readonly name: string;
        readonly value?: string;
        readonly valueFrom?: { readonly secretKeyRef: Source };
      }[]
    | null;
  readonly envFrom?: readonly {
    readonly configMapRef?: { readonly name: string };
    readonly secretRef?: { readonly name: string };
  }[];
}
interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Variables };
  readonly data?: Variables;
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: {
      readonly metadata?: { readonly labels?: Variables };
      readonly spec: { readonly containers: readonly Container[]; readonly initContainers?: readonly Container[] };
    };
  };
}

/** The objects of a `helm template` output. */
export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((document) => document.toJSON() as Manifest | null)
    .filter((manifest): manifest is Manifest => manifest !== null);
}

/**
 * Every container of every workload except hooks, as `workload/container`, with the environment that its process gets.
 */
export function effectiveEnvironments(
  manifests: readonly Manifest[],
  secret: { readonly name: string; readonly data: Variables },
): ReadonlyMap<string, Variables> {
  const held = new Map([[secret.name, secret.data]]);
  for (const { kind, metadata, data } of manifests) {
    if (kind === 'ConfigMap') held.set(`ConfigMap/${metadata.name}`, data ?? {});
    if (kind === 'Secret') held.set(metadata.name, decoded(data ?? {}));
  }
  const workloads = manifests.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined);
  return new Map(
    workloads.flatMap(({ metadata, spec }) => {
      const pod = spec?.template?.spec;
      const containers = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
      return containers.map((container) => [`${metadata.name}/${container.name}`, environmentOf(container, held)]);
    }),
  );
}

/** envFrom first, in order; then env, which wins; `$(NAME)` in a value stands for what was defined before it. */
function environmentOf(container: Container, held: ReadonlyMap<string, Variables>): Variables {
  const { envFrom = [] } = container;
  const env = container.env ?? [];
  const seen: Record<string, string> = {};
  const from = (name: string) => {
    const data = held.get(name);
    if (data === undefined) throw new Error(`nothing is called ${name}`);
    return data;
  };
  for (const { configMapRef, secretRef } of envFrom) {
    if (configMapRef !== undefined) Object.assign(seen, from(`ConfigMap/${configMapRef.name}`));
    if (secretRef !== undefined) Object.assign(seen, from(secretRef.name));
  }
  const names = env.map(({ name }) => name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`set twice in one container: ${twice.join(', ')}`);
  for (const { name, value, valueFrom } of env) {
    if (valueFrom === undefined) seen[name] = expanded(String(value ?? ''), seen);
    else {
      const { name: holder, key } = valueFrom.secretKeyRef;
      const text = from(holder)[key];
      if (text === undefined) throw new Error(`${holder} has no key ${key}`);
      seen[name] = text;
    }
  }
  return seen;
}

/** Kubernetes' expansion: `$$(NAME)` is the text `$(NAME)`, an unknown name stays as it is. */
function expanded(value: string, seen: Variables): string {
  return value.replace(/\$\$|\$\(([A-Za-z_][\w.-]*)\)/g, (match, name: string | undefined) =>
    name === undefined ? '$' : (seen[name] ?? match),
  );
}

function decoded(data: Variables): Variables {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}
