import type { Check } from '../check.ts';
import { finding } from '../judgement.ts';
import { errorInProd, onCompose } from '../when.ts';

export const hostSinglePointOfFailure: Check = {
  id: 'host.single-point-of-failure',
  title: 'Dify survives the loss of a machine',
  phases: ['preflight'],
  severity: errorInProd,
  when: onCompose,
  requires: [],
  remedy: 'use target kubernetes, or accept the risk by name (acceptedRisks)',
  judge: () =>
    finding('fail', {
      observed: 'everything runs on one machine; if it is lost, Dify is down until it is rebuilt',
      expected: 'another machine that takes over',
    }),
};
