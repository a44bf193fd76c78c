import type { Question } from '../question.ts';
import { basicQuestions } from './basics.ts';
import { composeQuestions } from './compose.ts';
import { clusterDetailQuestions, clusterQuestions, volumeQuestions } from './kubernetes.ts';
import { mailQuestions } from './mail.ts';
import { moreQuestions } from './more.ts';
import { objectStorageQuestions } from './object-storage.ts';
import { postgresQuestions } from './postgres.ts';
import { recoveryQuestions } from './recovery.ts';
import { redisQuestions } from './redis.ts';
import { riskQuestions } from './risks.ts';
import { secretStoreQuestions } from './secret-store.ts';
import { sizeQuestions } from './size.ts';
import { urlQuestions } from './urls.ts';
import { vectorStoreQuestions } from './vector-store.ts';

/** All questions, in the order of asking. */
export const QUESTIONS: readonly Question[] = [
  ...basicQuestions,
  ...clusterQuestions,
  ...urlQuestions,
  ...clusterDetailQuestions,
  ...secretStoreQuestions,
  ...composeQuestions,
  ...postgresQuestions,
  ...redisQuestions,
  ...objectStorageQuestions,
  ...vectorStoreQuestions,
  ...volumeQuestions,
  ...riskQuestions,
  ...mailQuestions,
  ...sizeQuestions,
  ...recoveryQuestions,
  ...moreQuestions,
];
