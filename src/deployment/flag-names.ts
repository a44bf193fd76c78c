/** An option that sets fields of the file. */
export interface DeploymentFlag {
  /** `--postgres-host` */
  readonly flag: string;
  /** `DIFYCTL_POSTGRES_HOST` */
  readonly variable: string;
  /** The fields it sets: `postgres.host`. `--url` sets four. */
  readonly paths: readonly string[];
  readonly kind: 'text' | 'number' | 'boolean' | 'list' | 'secret' | 'yaml';
  readonly choices: readonly string[];
  readonly summary: string;
  /** True if help lists it. The others follow the naming rule. */
  readonly common: boolean;
}

/** Short names of the most used flags. The flag of any other field is its path in kebab case. */
export const SHORT_NAMES: readonly (Pick<DeploymentFlag, 'flag' | 'paths' | 'summary'> & {
  readonly alsoPath: boolean;
})[] = [
  { flag: '--tier', paths: ['tier'], summary: 'test or prod: two risk models', alsoPath: false },
  { flag: '--target', paths: ['target.type'], summary: 'kubernetes or compose', alsoPath: true },
  { flag: '--edition', paths: ['edition'], summary: 'community or enterprise', alsoPath: false },
  { flag: '--version-of-dify', paths: ['version'], summary: 'the Dify version, such as 1.16.1', alsoPath: false },
  { flag: '--name', paths: ['name'], summary: 'Helm release or Compose project', alsoPath: false },
  { flag: '--namespace', paths: ['target.namespace'], summary: 'the Kubernetes namespace', alsoPath: true },
  {
    flag: '--url',
    paths: ['urls.console', 'urls.api', 'urls.app', 'urls.files'],
    summary: 'the public URL of console, api, app and files',
    alsoPath: true,
  },
  { flag: '--rto', paths: ['recovery.rto'], summary: 'how long Dify may be down after a disaster', alsoPath: true },
  { flag: '--rpo', paths: ['recovery.rpo'], summary: 'how much work may be lost', alsoPath: true },
  { flag: '--policy', paths: ['policy'], summary: 'file with the policy of your organisation', alsoPath: false },
];

/** `postgres.tls.caFile` → `--postgres-tls-ca-file` */
export function kebabFlag(path: string): string {
  return `--${path.replace(/\./g, '-').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `--postgres-host` → `DIFYCTL_POSTGRES_HOST` */
export function variableOf(flag: string): string {
  return `DIFYCTL_${flag.replace(/^--/, '').replace(/-/g, '_').toUpperCase()}`;
}
