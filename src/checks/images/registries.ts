import { HOST_ENGINE } from '../../evidence/host/engine.ts';
import { IMAGES_ENGINE } from '../../evidence/images/engine-images.ts';
import { IMAGES_LIST } from '../../evidence/images/list.ts';
import { IMAGES_REGISTRIES } from '../../evidence/images/registries.ts';
import type { Check } from '../check.ts';
import { counted, finding, listed, pass } from '../judgement.ts';
import { warning, withFile } from '../when.ts';

/**
 * Nodes pull from elsewhere, and an engine may pull through a proxy or mirror: a failure from this machine is a warning
 * at most.
 */
export const imagesRegistries: Check = {
  id: 'images.registries',
  title: 'the registries of the images answer',
  phases: ['preflight'],
  severity: warning,
  when: withFile,
  requires: [IMAGES_LIST, IMAGES_ENGINE, IMAGES_REGISTRIES],
  optional: [HOST_ENGINE],
  remedy: 'difyctl images --format list lists the images to pull; images.registry names a mirror',
  judge: (context) => {
    const registries = context.evidence(IMAGES_REGISTRIES);
    const here = context.evidence(IMAGES_ENGINE).length;
    const expected = 'an answer from each registry';
    if (registries.length === 0) {
      const count = context.evidence(IMAGES_LIST).length;
      return pass(
        here === count ? `${counted(here, 'image')} already present: nothing to pull` : 'nothing to pull',
        expected,
      );
    }
    const observations = registries.map(({ registry, fault: failed }) => ({
      subject: registry,
      from: 'local' as const,
      status: failed === undefined ? ('pass' as const) : ('warn' as const),
      observed: failed?.text ?? 'answers',
      expected: 'an answer',
    }));
    const silent = observations.filter(({ status }) => status === 'warn');
    if (silent.length === 0) {
      return {
        ...pass(
          `${listed(registries.map(({ registry }) => registry))} ${registries.length === 1 ? 'answers' : 'answer'}`,
          expected,
        ),
        observations,
      };
    }
    const engine = context.optionalEvidence(HOST_ENGINE)?.data?.pulls;
    const isOnlyHub = silent.every(({ subject }) => subject === 'docker.io');
    if (engine?.proxied === true || (engine?.mirrored === true && isOnlyHub)) {
      const message = 'the engine pulls through its own proxy or mirror, which difyctl cannot probe';
      return { status: 'skip', observed: '', expected, message };
    }
    const observed = listed(silent.map((one) => `${one.subject} ${said(one.subject, one.observed)}`));
    const message = `from this machine, ${observed}; the nodes may get another answer`;
    return { ...finding('warn', { observed, expected, message }), observations };
  },
};

/** Removes the name of the host from a text that begins with it. */
function said(host: string, text: string): string {
  return text.startsWith('registry-1.docker.io ') || text.startsWith(`${host.replace(/:\d+$/, '')} `)
    ? text.slice(text.indexOf(' ') + 1)
    : text;
}
