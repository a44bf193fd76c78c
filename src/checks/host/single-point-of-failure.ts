import type { Check } from '../check.ts';
import { fault } from '../judgement.ts';
import { errorInProd, onCompose } from '../when.ts';

export const hostSinglePointOfFailure: Check = {
  id: 'host.single-point-of-failure',
  title: 'no single machine carries everything',
  phases: ['preflight'],
  severity: errorInProd,
  when: onCompose,
  needs: [],
  remedy: 'use target kubernetes, or accept the risk by name (acceptedRisks)',
  judge: () =>
    fault('fail', {
      observed: 'everything runs on one machine; when it is lost, Dify is down until it is rebuilt',
      expected: 'another machine that takes over',
    }),
};
