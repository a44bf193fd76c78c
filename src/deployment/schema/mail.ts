import * as z from 'zod';
import { host, httpUrl, line, port, sender } from '../../base/fields.ts';
import { secretRef } from '../../base/secret-ref.ts';

export const mail = z.discriminatedUnion('provider', [
  z.strictObject({ provider: z.literal('none') }),
  z.strictObject({
    provider: z.literal('smtp'),
    smtp: z.strictObject({
      host,
      port: port.default(587),
      username: line.optional(),
      password: secretRef.optional(),
      from: sender,
      tls: z.enum(['none', 'starttls', 'implicit']).default('starttls'),
    }),
  }),
  z.strictObject({
    provider: z.literal('resend'),
    resend: z.strictObject({ apiKey: secretRef, from: sender, apiUrl: httpUrl.default('https://api.resend.com') }),
  }),
]);
export type Mail = z.output<typeof mail>;
