import { plannedComponents } from '../../deployment/components.ts';
import type { Check } from '../check.ts';
import { deploymentOf, fault, listed, pass } from '../judgement.ts';
import { errorInProd, withFile } from '../when.ts';

/** Settings that make Dify or its parts say more than production should: stack traces, request bodies, prompts. */
const DEBUG_SETTINGS: readonly (readonly [name: string, loud: RegExp])[] = [
  ['DEBUG', /^(true|1|yes|on)$/i],
  ['FLASK_DEBUG', /^(true|1|yes|on)$/i],
  ['LOG_LEVEL', /^debug$/i],
  ['SQLALCHEMY_ECHO', /^(true|1|yes|on)$/i],
  ['GIN_MODE', /^debug$/i],
  ['ENABLE_REQUEST_LOGGING', /^(true|1|yes|on)$/i],
];

export const debugLogs: Check = {
  id: 'config.debug-logs',
  title: 'no debug logs',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  needs: [],
  remedy: 'set logging.level to INFO and take the debug settings out of extraEnv',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const { level } = deployment.logging;
    const loud = Object.entries(plannedComponents(deployment)).flatMap(([name, { extraEnv }]) =>
      DEBUG_SETTINGS.filter(([key, pattern]) => pattern.test(extraEnv[key] ?? '')).map(
        ([key]) => `components.${name}.extraEnv.${key}`,
      ),
    );
    const found = [...(level === 'DEBUG' ? ['logging.level DEBUG'] : []), ...loud];
    const expected = 'INFO or quieter';
    if (found.length === 0) return pass(`log level ${level}`, expected);
    return fault('fail', {
      observed: listed(found),
      expected,
      message: `${listed(found)}: prompts and stack traces would be in the logs`,
    });
  },
};
