import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deployment } from '../../src/deployment/schema/deployment.ts';
import { componentImages, imageName } from '../../src/render/images.ts';
import type { ComposeStack, PostflightOptions, ServiceChanges } from './compose-stack.ts';
import type { Findings } from './findings.ts';

/** Several faults in a running stack, and every finding that postflight must then have. */
export interface FaultScene {
  readonly faults: string;
  /** Injects the faults. Returns a function that removes them. */
  readonly inject: (stack: ComposeStack) => Promise<() => Promise<unknown>>;
  /** `STATUS: WHAT WAS OBSERVED` of each finding, by the id of its check. */
  readonly findings: Findings;
  readonly options?: PostflightOptions;
  /** Public address of the deployment. Default: that of nginx. */
  readonly address?: (stack: ComposeStack) => string;
}

const NONE = { deploy: { replicas: 0 } };
const TWO = { deploy: { replicas: 2 } };
const env = (environment: Readonly<Record<string, string>>) => ({ environment });

/** Applies the changes. Returns a function that starts the same services as rendered. */
async function changed(
  stack: ComposeStack,
  changes: ServiceChanges,
  sick: readonly string[] = [],
): Promise<() => Promise<void>> {
  const absent = Object.keys(changes).filter((name) => changes[name] === NONE);
  await stack.change(changes, [...sick, ...absent]);
  return () => stack.change(Object.fromEntries(Object.keys(changes).map((name) => [name, {}])));
}

/** nginx.conf as a hand that means well may leave it. */
function worseNginx(text: string): string {
  return text
    .replace(/ +location \/v1 \{[^}]*\}\n/, '')
    .replace('client_max_body_size 100m;', 'client_max_body_size 1m;')
    .replace('proxy_buffering off;', 'proxy_buffering on;')
    .replaceAll(/ +proxy_set_header (?:Upgrade|Connection|X-Forwarded-Proto) .*\n/g, '')
    .replace(
      'location /console/api {',
      'location /console/api {\nproxy_hide_header X-Version;\nadd_header X-Version 1.9.9 always;',
    );
}

/** A server in front of nginx that has its own limit and not every path, and passes no upgrade on. */
const FRONT = `user nginx;
error_log /dev/stderr;
pid /run/nginx.pid;
events {}
http {
  access_log off;
  client_max_body_size 10m;
  server {
    listen 8000;
    location /v1 { return 404; }
    location / {
      proxy_pass http://nginx;
      proxy_set_header Host $http_host;
    }
  }
}
`;

export const COMPOSE_SCENES: readonly FaultScene[] = [
  {
    faults: 'an old schema, old queues, no beat, other keys and no SSRF proxy',
    inject: async (stack) => {
      await stack.psql("update alembic_version set version_num = '00bacef91f18'");
      const revert = await changed(stack, {
        worker: env({ CELERY_QUEUES: 'dataset,mail,conversation' }),
        sandbox: env({ API_KEY: 'another-key-of-the-sandbox' }),
        plugin_daemon: env({ SERVER_KEY: 'another-key-of-the-daemon', DIFY_INNER_API_KEY: 'another-inner-key' }),
        worker_beat: NONE,
        ssrf_proxy: NONE,
      });
      return async () => {
        await revert();
        await stack.compose('exec', '-T', 'api', 'flask', 'upgrade-db');
      };
    },
    findings: {
      'app.workloads': 'fail: worker_beat has 0 of 1 and ssrf_proxy has 0 of 1',
      'app.schema': 'fail: revision 00bacef91f18 in the database',
      'app.queues': /^fail: no worker reads the queues ops_trace, app_deletion, plugin, workflow_storage, /,
      'app.beat': 'fail: no beat runs',
      'app.keys':
        'fail: SERVER_KEY of pluginDaemon: not the value of PLUGIN_DAEMON_KEY of api, ' +
        'DIFY_INNER_API_KEY of pluginDaemon: not the value of INNER_API_KEY_FOR_PLUGIN of api and ' +
        'API_KEY of sandbox: not the value of CODE_EXECUTION_API_KEY of api',
      'app.sandbox': 'fail: Python: 401 and JavaScript: 401',
      'app.plugin-daemon': 'fail: the key of the api: 401',
      'app.ssrf-proxy': /^fail: 169\.254\.169\.254: .+ and 1 more$/,
    },
  },
  {
    faults: 'two revisions of the schema, a worker that hangs, two beats and no sandbox',
    inject: async (stack) => {
      await stack.psql("insert into alembic_version values ('00bacef91f18')");
      const changes = { worker: env({ STAND_IN_FAIL: 'hang' }), worker_beat: TWO, sandbox: NONE };
      const revert = await changed(stack, changes, ['worker']);
      return async () => {
        await revert();
        await stack.psql("delete from alembic_version where version_num = '00bacef91f18'");
      };
    },
    findings: {
      'app.workloads': /^fail: worker has 0 of 1 \((?:starting|unhealthy)\) and sandbox has 0 of 1$/,
      'app.schema': /^fail: the database has the revisions \w+ and \w+ at once$/,
      'app.workers': /^fail: no answer from celery@[0-9a-f]{12}$/,
      'app.queues': 'fail: no worker named its queues',
      'app.beat': /^fail: 2 beats run: [0-9a-f]{12} and [0-9a-f]{12}$/,
      'app.sandbox': /^fail: Python: .+, JavaScript: .+ and a wrong key: .+$/,
    },
  },
  {
    faults: 'two heads of the schema, a dead worker, a silent beat and an open SSRF proxy',
    inject: async (stack) => {
      const close = await stack.edit('ssrf_proxy', 'ssrf_proxy/squid.conf', (text) =>
        text.replace('http_access deny private\n', ''),
      );
      const changes = {
        api: env({ STAND_IN_HEAD: '00bacef91f18' }),
        worker_beat: env({ STAND_IN_FAIL: 'hang' }),
      };
      const revert = await changed(stack, changes);
      await stack.compose('kill', 'worker');
      return async () => {
        await close();
        await revert();
        await stack.change({ worker: {} });
      };
    },
    // The first task of a beat is due within two minutes and a half.
    options: { aheadMs: 200_000 },
    findings: {
      'app.workloads': 'fail: worker has 0 of 1 (exited with code 137)',
      'app.schema': /^fail: the image has the heads \w+ and 00bacef91f18$/,
      'app.workers': 'fail: no worker runs',
      'app.queues': 'fail: no worker named its queues',
      'app.beat': 'fail: beat sent no task within the last 5 minutes',
      'app.ssrf-proxy': /^fail: 169\.254\.169\.254: .+ and 1 more$/,
    },
  },
  {
    faults: 'an nginx without a route, with a small body limit, buffers and other headers',
    inject: (stack) => stack.edit('nginx', 'nginx/nginx.conf', worseNginx),
    findings: {
      'app.ping': 'fail: the API reports version 1.9.9',
      'app.headers': /^fail: http:\/\/127\.0\.0\.1:\d+: Dify 1\.9\.9 answers$/,
      'app.routes': 'fail: /v1/info: 404 text/html from the web front end, not the API',
      'app.upload': 'fail: nginx refuses 100 MiB with 413',
      'app.websocket': /^fail: \/socket\.io\/ through http:\/\/127\.0\.0\.1:\d+: 200 text\/plain from the websocket$/,
      'app.streaming': /^fail: nginx: proxy_buffering is on in location \/console\/api, /,
      'app.forwarded': /^warn: nginx: sends not both in location \/console\/api, /,
    },
  },
  {
    faults: 'a server in front without a path, with a small body limit and without WebSockets',
    inject: async (stack) => {
      const file = join(stack.base, 'front.conf');
      await writeFile(file, FRONT);
      const front = {
        image: imageName(componentImages(stack.deployment(false).version).proxy, undefined),
        ports: [`127.0.0.1:${stack.ports[2]}:8000`],
        volumes: [`${file}:/etc/nginx/nginx.conf:ro`],
        healthcheck: { test: ['CMD', 'wget', '-q', '-O', '/dev/null', 'http://127.0.0.1:8000/'], interval: '1s' },
      };
      await stack.change({ front });
      const both = ['-f', 'compose.yaml', '-f', join(stack.base, 'changes.json')];
      return () => stack.compose(...both, 'rm', '--stop', '--force', 'front');
    },
    address: ({ ports }) => `http://127.0.0.1:${ports[2]}`,
    findings: {
      'app.public-routes': /^fail: http:\/\/127\.0\.0\.1:\d+\/v1\/info: 404 text\/html from nginx itself, not the API$/,
      'app.upload': 'fail: the ingress or load balancer in front of nginx refuses 100 MiB with 413',
      'app.websocket': /^fail: \/socket\.io\/ through http:\/\/127\.0\.0\.1:\d+: 200 text\/plain from the websocket$/,
    },
  },
];

/** The deployment of a scene, with its public address. */
export function sceneDeployment(stack: ComposeStack, { address }: FaultScene): Deployment {
  const own = stack.deployment(false);
  if (address === undefined) return own;
  const url = address(stack);
  return { ...own, urls: { ...own.urls, console: url, api: url, app: url, files: url } };
}
