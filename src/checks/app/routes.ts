import { plannedComponents } from '../../deployment/components.ts';
import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type Answer, APP_ANSWERS, type Responder, ROUTES, type Route } from '../../evidence/app/answers.ts';
import { PORTS, SERVICE_OF } from '../../render/compose/names.ts';
import { isServed } from '../../versions/routes.ts';
import type { Check, Observation } from '../check.ts';
import { counted, deploymentOf, finding, pass, some } from '../judgement.ts';
import { error, withFile } from '../when.ts';
import { answeredBy, answerInWords, NAMES } from './responder.ts';

/** Checks that each path reaches its component and that internal paths stay internal. */
export const appRoutes: Check = {
  id: 'app.routes',
  title: 'every path is answered by the right component',
  phases: ['postflight'],
  severity: error,
  when: withFile,
  requires: [APP_ANSWERS],
  remedy: 'compare the nginx rules with the rendered rules; difyctl install restores them',
  judge: (context) => {
    const { simulated, answers, via } = context.evidence(APP_ANSWERS);
    const deployment = deploymentOf(context);
    const planned = plannedComponents(deployment);
    const routes = ROUTES.filter(({ path, by }) => planned[by].enabled && isServed(path, deployment.version));
    const expected = `${counted(routes.length, 'path')}, each answered by its component`;
    if (simulated !== undefined) return { status: 'skip', observed: simulated, expected, message: simulated };
    const observations = routes.map(({ path, by }) => observation(path, by, answers));
    const wrong = observations.filter(({ status }) => status === 'fail');
    if (wrong.length === 0)
      return { ...pass(`${counted(routes.length, 'path')} through ${via}`, expected), observations };
    const observed = some(wrong.map((one) => `${one.subject}: ${one.observed}, not ${one.expected}`));
    const missing = routes.find(({ path, by }) => isMissing(path, by, answers));
    const remedy = missing === undefined ? {} : { remedy: locationFor(missing, deployment) };
    return { ...finding('fail', { observed, expected, message: observed, ...remedy }), observations };
  },
};

function observation(path: string, by: Responder, answers: readonly Answer[]): Observation {
  const answer = answers.find((one) => one.path === path);
  const isRight = answer !== undefined && answeredBy(answer) === by;
  return {
    subject: path.split('?')[0] ?? path,
    from: 'local',
    status: isRight ? 'pass' : 'fail',
    observed: answer === undefined ? 'not asked' : answerInWords(answer),
    expected: NAMES[by],
  };
}

/** True if nginx has no rule for a path: the rule for every other path, which leads to the web front end, applies. */
function isMissing(path: string, by: Responder, answers: readonly Answer[]): boolean {
  const answer = answers.find((one) => one.path === path);
  return by !== 'web' && answer !== undefined && answeredBy(answer) === 'web';
}

/** The location that is missing, with the server behind it. */
function locationFor({ prefix, by }: Route, { target }: Deployment): string {
  const port = by === 'pluginDaemon' ? PORTS.pluginDaemon : PORTS.api;
  const server = target.type === 'compose' ? SERVICE_OF[by] : `the Service of ${NAMES[by].replace(/^the /, '')}`;
  const location = `location ${prefix} { proxy_pass http://${server}:${port}; }`;
  return target.type === 'compose'
    ? `difyctl install restores the rule that nginx lacks: ${location}`
    : `difyctl install restores the rule that nginx lacks: location ${prefix}, to port ${port} of ${server}`;
}
