import { plannedComponents } from '../../deployment/components.ts';
import { type Answer, APP_ANSWERS, type Responder, ROUTES } from '../../evidence/app/answers.ts';
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
    return { ...finding('fail', { observed, expected, message: observed }), observations };
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
