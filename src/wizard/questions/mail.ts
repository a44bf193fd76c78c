import { byDefault, type Question, whenever } from '../question.ts';
import { defaultedField, requiredText, secretReference, userAndPassword } from './fields.ts';

const smtp = whenever({ 'mail.provider': 'smtp' });
const resend = whenever({ 'mail.provider': 'resend' });

export const mailQuestions: readonly Question[] = [
  {
    id: 'mail.provider',
    fills: ['mail.provider'],
    title: 'Mail',
    why: 'Dify sends invitations, sign-in codes and password resets by mail. Without mail, an administrator resets passwords by hand.',
    kind: 'select',
    choices: () => [
      { value: 'none', title: 'none', description: 'no invitations, no resets by mail' },
      { value: 'smtp', title: 'smtp' },
      { value: 'resend', title: 'resend' },
    ],
    asked: 'always',
    when: whenever({ tier: ['test', 'prod'] }),
    required: true,
  },
  requiredText('mail.smtp.host', smtp, { title: 'Host of the mail server', why: 'The host as Dify reaches it.' }),
  defaultedField('mail.smtp.port', smtp, 587, {
    title: 'Port of the mail server',
    why: '587 with STARTTLS, 465 with TLS from the start.',
  }),
  {
    id: 'mail.smtp.tls',
    fills: ['mail.smtp.tls'],
    title: 'TLS for the mail server',
    why: 'Dify sends the password over this connection.',
    kind: 'select',
    choices: () => [
      { value: 'starttls', title: 'starttls', description: 'usual on port 587' },
      { value: 'implicit', title: 'implicit', description: 'usual on port 465' },
      { value: 'none', title: 'none', description: 'plain text' },
    ],
    asked: 'rarely',
    when: smtp,
    required: true,
    offer: byDefault('starttls'),
  },
  requiredText('mail.smtp.from', smtp, { title: 'Sender', why: 'The sender address of mails.' }),
  ...userAndPassword('mail.smtp', smtp, 'DIFY_SMTP_PASSWORD', {
    title: 'User of the mail server',
    why: 'Leave empty for a relay without a login.',
  }),
  secretReference('mail.resend.apiKey', resend, 'DIFY_RESEND_API_KEY', {
    title: 'API key of Resend',
    why: 'The file contains a reference, never the key.',
  }),
  requiredText('mail.resend.from', resend, { title: 'Sender', why: 'The sender address of mails.' }),
  defaultedField('mail.resend.apiUrl', resend, 'https://api.resend.com', {
    title: 'Address of Resend',
    why: 'Only for a proxy of your own.',
  }),
];
