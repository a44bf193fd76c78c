import { describe } from './schema/descriptions.ts';
import { DEPLOYMENT_SHAPE, type Shape } from './schema/shape.ts';

/** One option that fills fields of the file. */
export interface DeploymentFlag {
  /** `--postgres-host` */
  readonly flag: string;
  /** `DIFYCTL_POSTGRES_HOST` */
  readonly variable: string;
  /** The fields it fills, `postgres.host`; `--url` fills four. */
  readonly paths: readonly string[];
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'secret' | 'yaml';
  readonly choices: readonly string[];
  readonly summary: string;
  /** Whether help shows it; the others follow the one rule. */
  readonly common: boolean;
}

/** Short names for what is asked most; every other field's flag is its path in kebab case. */
const SHORT_NAMES: readonly (Pick<DeploymentFlag, 'flag' | 'paths' | 'summary'> & { readonly alsoPath: boolean })[] = [
  { flag: '--tier', paths: ['tier'], summary: 'test or prod: two risk models', alsoPath: false },
  { flag: '--target', paths: ['target.type'], summary: 'kubernetes or compose', alsoPath: true },
  { flag: '--edition', paths: ['edition'], summary: 'community or enterprise', alsoPath: false },
  { flag: '--version-of-dify', paths: ['version'], summary: 'the Dify version, such as 1.16.1', alsoPath: false },
  { flag: '--name', paths: ['name'], summary: 'Helm release or Compose project', alsoPath: false },
  { flag: '--namespace', paths: ['target.namespace'], summary: 'the Kubernetes namespace', alsoPath: true },
  {
    flag: '--url',
    paths: ['urls.console', 'urls.api', 'urls.app', 'urls.files'],
    summary: 'the public address; console, api, app and files share it',
    alsoPath: true,
  },
  { flag: '--rto', paths: ['recovery.rto'], summary: 'how long Dify may be down after a disaster', alsoPath: true },
  { flag: '--rpo', paths: ['recovery.rpo'], summary: 'how much work may be lost', alsoPath: true },
  { flag: '--policy', paths: ['policy'], summary: 'file with the rules of your organisation', alsoPath: false },
];

/** `--context` is an option of every command (kubectl's own word) and fills a field too. */
const CONTEXT_FLAG: DeploymentFlag = {
  flag: '--context',
  variable: 'DIFYCTL_CONTEXT',
  paths: ['target.context'],
  kind: 'text',
  choices: [],
  summary: 'the kubeconfig context',
  common: false,
};

/** Fields that no flag fills: the file's own frame. */
const UNFLAGGED: ReadonlySet<string> = new Set(['apiVersion']);

/** Every flag that a command line may carry for the deployment, `--context` apart, which the frame reads itself. */
export const DEPLOYMENT_FLAGS: readonly DeploymentFlag[] = allFlags();

const BY_FLAG = new Map([CONTEXT_FLAG, ...DEPLOYMENT_FLAGS].map((flag) => [flag.flag, flag]));
const BY_VARIABLE = new Map([CONTEXT_FLAG, ...DEPLOYMENT_FLAGS].map((flag) => [flag.variable, flag]));

/** The flag of that name, `--context` included. */
export function findFlag(flag: string): DeploymentFlag | undefined {
  return BY_FLAG.get(flag);
}

/** The flag that a `DIFYCTL_…` variable stands for. */
export function findVariable(variable: string): DeploymentFlag | undefined {
  return BY_VARIABLE.get(variable);
}

/** Every name that an environment may use. */
export function variableNames(): readonly string[] {
  return [...BY_VARIABLE.keys()];
}

/** The flag to name where a field is missing: the short one where there is one (`--url` for all of `urls`), else the path's own. */
export function flagForPath(path: string): string {
  const short = [...SHORT_NAMES, CONTEXT_FLAG].find(({ paths }) =>
    paths.length === 1 ? paths[0] === path : paths.every((filled) => filled.startsWith(`${path}.`)),
  );
  return short?.flag ?? kebabFlag(path);
}

/** `postgres.tls.caFile` → `--postgres-tls-ca-file` */
export function kebabFlag(path: string): string {
  return `--${path.replace(/\./g, '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `--postgres-host` → `DIFYCTL_POSTGRES_HOST` */
export function variableOf(flag: string): string {
  return `DIFYCTL_${flag.replace(/^--/, '').replace(/-/g, '_').toUpperCase()}`;
}

function allFlags(): readonly DeploymentFlag[] {
  const leaves = leavesOf(DEPLOYMENT_SHAPE, '');
  const short = SHORT_NAMES.map(({ flag, paths, summary }) => {
    const [first = ''] = paths;
    return { ...flagFields(flag, leaves.get(first)), paths, summary, common: true };
  });
  const hidden = new Set(SHORT_NAMES.filter(({ alsoPath }) => !alsoPath).flatMap(({ paths }) => paths));
  const byPath = [...leaves]
    .filter(([path]) => !hidden.has(path) && !UNFLAGGED.has(path))
    .map(([path, shape]) => ({
      ...flagFields(kebabFlag(path), shape),
      paths: [path],
      summary: describe(path.split('.')) ?? `fills ${path}`,
      common: false,
    }));
  return [...short, ...byPath];
}

function flagFields(
  flag: string,
  shape: Shape | undefined,
): Pick<DeploymentFlag, 'flag' | 'variable' | 'kind' | 'choices'> {
  const choices = shape !== undefined && 'choices' in shape ? shape.choices : [];
  return { flag, variable: variableOf(flag), kind: kindOf(shape), choices };
}

function kindOf(shape: Shape | undefined): DeploymentFlag['kind'] {
  switch (shape?.kind) {
    case 'secret':
    case 'number':
    case 'boolean':
    case 'list':
      return shape.kind;
    case 'record':
    case 'any':
      return 'yaml';
    default:
      return 'text';
  }
}

/** Paths of everything that a single value can fill, over all branches, in the order of the schema. */
function leavesOf(shape: Shape, path: string): ReadonlyMap<string, Shape> {
  const leaves = new Map<string, Shape>();
  if (shape.kind !== 'object') return leaves.set(path, shape);
  if (shape.scalar !== undefined) leaves.set(path, shape.scalar);
  for (const { keys } of shape.branches) {
    for (const [key, value] of keys) {
      for (const [leaf, found] of leavesOf(value, path === '' ? key : `${path}.${key}`)) {
        const known = leaves.get(leaf);
        leaves.set(leaf, known === undefined ? found : mergeChoices(known, found));
      }
    }
  }
  return leaves;
}

/** The same field in two branches: what either accepts. */
function mergeChoices(known: Shape, found: Shape): Shape {
  if (!('choices' in known) || !('choices' in found) || known.kind !== found.kind) return known;
  if (known.choices.length === 0 || found.choices.length === 0) return { kind: known.kind, choices: [] };
  return { kind: known.kind, choices: [...new Set([...known.choices, ...found.choices])] };
}
