import { plannedComponents } from '../../../deployment/components.ts';
import type { Deployment } from '../../../deployment/schema/deployment.ts';
import { type Answer, APP_ANSWERS, PING, ROUTES, type Route } from '../../../evidence/app/answers.ts';
import { APP_OUTSIDE, type PublicAnswers } from '../../../evidence/app/outside/origins.ts';
import { isServed } from '../../../versions/routes.ts';
import type { Check } from '../../check.ts';
import { counted, deploymentOf } from '../../judgement.ts';
import { error, withFile } from '../../when.ts';
import { answeredBy, answerInWords, NAMES } from '../responder.ts';
import { judgeOrigins, type Seen } from './summary.ts';

/** Checks that every server in front of nginx sends Dify's paths to it. */
export const appPublicRoutes: Check = {
  id: 'app.public-routes',
  title: 'every public address reaches the component of its paths',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_OUTSIDE],
  optional: [APP_ANSWERS],
  remedy: 'send every path of the host to nginx of Dify',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const atNginx = context.optionalEvidence(APP_ANSWERS)?.data?.answers ?? [];
    return judgeOrigins('each path answered by its component', (origin) => judgeOrigin(origin, deployment, atNginx))(
      context,
    );
  },
};

function judgeOrigin(origin: PublicAnswers, deployment: Deployment, atNginx: readonly Answer[]): readonly Seen[] {
  const { url, answers } = origin;
  const ping = answers.find(({ path }) => path === PING);
  // Without the header, answers of the API and of the plugin daemon cannot be told apart. app.headers reports it.
  if (ping?.status === 200 && ping.version === '')
    return [{ subject: url, status: 'skip', observed: 'a server in front removes X-Version' }];
  const routes = ROUTES.filter((route) => isNeeded(route, origin, deployment));
  const isRight = ({ path, by }: Route, all: readonly Answer[]): boolean =>
    all.some((one) => one.path === path && answeredBy(one) === by);
  // A rule that is missing in nginx is a finding of app.routes.
  const wrong = routes.filter((route) => !isRight(route, answers) && (atNginx.length === 0 || isRight(route, atNginx)));
  if (wrong.length === 0) return [{ subject: url, status: 'pass', observed: counted(routes.length, 'path') }];
  return wrong.map((route) => {
    const answer = answers.find(({ path }) => path === route.path);
    const observed = `${answer === undefined ? 'not asked' : answerInWords(answer)}, not ${NAMES[route.by]}`;
    return {
      subject: `${url}${bare(route.path)}`,
      status: 'fail',
      observed,
      remedy: remedyFor(route, url, deployment),
    };
  });
}

function isNeeded({ path, by, at }: Route, { fields }: PublicAnswers, deployment: Deployment): boolean {
  if (!plannedComponents(deployment)[by].enabled || !isServed(path, deployment.version)) return false;
  const field = at === 'trigger' && deployment.urls.trigger === undefined ? 'api' : at;
  return field === 'every' || fields.includes(`urls.${field}`);
}

function bare(path: string): string {
  return path.split('?')[0] ?? path;
}

function remedyFor({ prefix, at }: Route, url: string, { target }: Deployment): string {
  const { host } = new URL(url);
  if (at === 'every') return `send the whole of ${host} to nginx of Dify, and nothing of it to the api itself`;
  if (target.type === 'kubernetes')
    return `send path ${prefix} (pathType: Prefix) of host ${host} to the Service of nginx in the Ingress or HTTPRoute`;
  return `add to the server in front: location ${prefix} { proxy_pass http://HOST:${target.httpPort}; }`;
}
