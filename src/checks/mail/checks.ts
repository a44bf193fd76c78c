import type { Check } from '../check.ts';
import { mailLogin } from './login.ts';
import { mailSender } from './sender.ts';
import { mailTls } from './tls.ts';

/** In the order of the steps of a delivery. */
export const mailChecks: readonly Check[] = [mailTls, mailLogin, mailSender];
