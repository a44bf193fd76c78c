import type { NamesSettings } from '../../evidence/names/settings.ts';

/** An address that browsers or the outside world are given. */
export interface Address {
  /** `CONSOLE_API_URL of web` */
  readonly name: string;
  readonly value: string;
  readonly url: URL | undefined;
}

const PUBLIC = {
  api: [
    'CONSOLE_WEB_URL',
    'CONSOLE_API_URL',
    'SERVICE_API_URL',
    'APP_WEB_URL',
    'FILES_URL',
    'TRIGGER_URL',
    'ENDPOINT_URL_TEMPLATE',
  ],
  web: ['CONSOLE_API_URL', 'APP_API_URL', 'NEXT_PUBLIC_SOCKET_URL'],
} as const;

/** Every public address that the rendered set hands out, as the API and the web server have it; empty ones are left out. */
export function publicAddresses({ variables }: NamesSettings): readonly Address[] {
  return (['api', 'web'] as const).flatMap((component) =>
    PUBLIC[component].flatMap((name) => {
      const value = variables[component]?.[name] ?? '';
      return value === '' ? [] : [addressOf(`${name} of ${component}`, value)];
    }),
  );
}

/** One of them, or undefined where it is not set. */
export function addressIn(settings: NamesSettings, component: 'api' | 'web', name: string): Address | undefined {
  const value = settings.variables[component]?.[name] ?? '';
  return value === '' ? undefined : addressOf(`${name} of ${component}`, value);
}

/** Templates hold braces, which no URL does. */
function addressOf(name: string, value: string): Address {
  const plain = value.replace(/\{[^}]*\}/g, 'x');
  return { name, value, url: URL.canParse(plain) ? new URL(plain) : undefined };
}
