import { COMPONENTS, type ComponentName } from '../../checklist/components.ts';
import { RENDERED_OBJECTS } from '../../evidence/rendered/set.ts';
import type { Check } from '../check.ts';
import { deploymentOf, finding, listed, pass } from '../judgement.ts';
import { plannedOf } from '../planned.ts';
import { errorInProd, withFile } from '../when.ts';

/**
 * Settings that make Dify or its parts log more than production should: stack traces, request bodies, prompts.
 * ENABLE_REQUEST_LOGGING is not one of them: it logs one line per request at INFO, and bodies only at DEBUG (Dify 1.16,
 * extensions/ext_request_logging.py).
 */
export const DEBUG_SETTINGS: readonly (readonly [name: string, loud: RegExp])[] = [
  ['DEBUG', /^(true|1|yes|on)$/i],
  ['FLASK_DEBUG', /^(true|1|yes|on)$/i],
  ['LOG_LEVEL', /^debug$/i],
  ['SQLALCHEMY_ECHO', /^(true|1|yes|on)$/i],
  ['GIN_MODE', /^debug$/i],
];

export const debugLogs: Check = {
  id: 'config.debug-logs',
  title: 'no debug logs',
  phases: ['preflight'],
  severity: errorInProd,
  when: withFile,
  requires: [],
  optional: [RENDERED_OBJECTS],
  remedy: 'set logging.level to INFO and remove the debug settings from extraEnv and extraValues',
  judge: (context) => {
    const deployment = deploymentOf(context);
    const planned = plannedOf(context);
    const { level } = deployment.logging;
    const placeOf = (name: ComponentName, key: string): string =>
      deployment.components[name]?.extraEnv?.[key] === planned[name].extraEnv[key]
        ? `components.${name}.extraEnv.${key}`
        : `${key} of the rendered ${name}`;
    const loud = COMPONENTS.filter((name) => planned[name].enabled).flatMap((name) =>
      DEBUG_SETTINGS.filter(([key, pattern]) => pattern.test(planned[name].extraEnv[key] ?? ''))
        // `logging.level` is reported once, not for each process that inherits it.
        .filter(([key]) => !(key === 'LOG_LEVEL' && level === 'DEBUG'))
        .map(([key]) => placeOf(name, key)),
    );
    const found = [...(level === 'DEBUG' ? ['logging.level DEBUG'] : []), ...loud];
    const expected = 'INFO or quieter';
    if (found.length === 0) return pass(`log level ${level}`, expected);
    return finding('fail', {
      observed: listed(found),
      expected,
      message: `${listed(found)}: prompts and stack traces would be in the logs`,
    });
  },
};
