import { accountFiles, BASES, curl } from '../base.ts';
import { digestOf } from '../layer.ts';
import { type ImageConfig, type LayerRecipe, layer } from '../recipe.ts';
import { standIn } from '../stand-in.ts';
import type { RecipeOf } from './context.ts';

/** The outside of Dify's own image of a component. */
interface Shape {
  readonly base: LayerRecipe;
  /** True if upstream's image has curl, which health checks and init containers use. */
  readonly curl: boolean;
  /** Further names of the stand-in's program. */
  readonly commands?: readonly string[];
  readonly layer?: Partial<LayerRecipe>;
  readonly config: ImageConfig;
}

const PROGRAM = 'usr/local/bin/dify-stand-in';
/** The user of Dify's API since 1.10.1. It owns the storage. */
const DIFY = 1001;

/** The images by the component names of the stand-in. */
const SHAPES: Readonly<Record<string, Shape>> = {
  api: {
    base: BASES.debian,
    curl: true,
    commands: ['celery', 'flask', 'python3'],
    layer: {
      directories: { 'app/api/storage': 0o755, 'app/logs': 0o755 },
      owners: { 'app/api/storage': DIFY, 'app/logs': DIFY },
    },
    config: { WorkingDir: '/app/api', User: String(DIFY), ExposedPorts: { '5001/tcp': {} } },
  },
  web: { base: BASES.alpine, curl: false, config: { WorkingDir: '/app/web', ExposedPorts: { '3000/tcp': {} } } },
  'plugin-daemon': {
    base: BASES.debian,
    curl: true,
    commands: ['python3'],
    layer: { directories: { 'app/storage': 0o755 } },
    config: { WorkingDir: '/app', ExposedPorts: { '5002/tcp': {} } },
  },
  sandbox: {
    base: BASES.debian,
    curl: true,
    layer: {
      directories: { dependencies: 0o755 },
      files: [{ path: 'conf/config.yaml', mode: 0o644, content: 'app:\n  port: 8194\n  key: dify-sandbox\n' }],
    },
    config: { WorkingDir: '/', ExposedPorts: { '8194/tcp': {} } },
  },
  'agent-backend': {
    base: BASES.debian,
    curl: false,
    commands: ['python3'],
    config: { WorkingDir: '/app', ExposedPorts: { '5050/tcp': {} } },
  },
  'local-sandbox': { base: BASES.debian, curl: true, config: { WorkingDir: '/app', ExposedPorts: { '5004/tcp': {} } } },
};

/** The recipe of a stand-in for one of Dify's components. Throws Error for any other name. */
export function difyImage(component: string): RecipeOf {
  const shape = SHAPES[component];
  if (shape === undefined) throw new Error(`no stand-in for ${component}`);
  return async ({ tag, onProgress }) => {
    const program = await standIn(onProgress);
    const version = /^\d+(\.\d+)*/.exec(tag)?.[0] ?? tag;
    const own = layer({
      ...shape.layer,
      files: [
        ...accountFiles([{ name: 'dify', id: DIFY, home: '/app' }]),
        ...(shape.layer?.files ?? []),
        { path: 'etc/dify-stand-in.json', mode: 0o644, content: JSON.stringify({ component, version }) },
      ],
      links: Object.fromEntries((shape.commands ?? []).map((name) => [`usr/local/bin/${name}`, 'dify-stand-in'])),
      directories: { [(shape.config.WorkingDir ?? '/').slice(1) || 'opt']: 0o755, ...shape.layer?.directories },
    });
    const binary = layer({
      files: [{ path: PROGRAM, mode: 0o755, content: { file: program, digest: await digestOf(program) } }],
    });
    return {
      layers: [shape.base, ...(shape.curl ? [curl] : []), binary, own],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Entrypoint: [`/${PROGRAM}`],
        ...shape.config,
      },
    };
  };
}
