import { parseUrl } from '../../base/url.ts';
import type { NamesSettings } from '../../evidence/names/settings.ts';

/** An address for browsers or other clients outside. */
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

/** Every public address that is rendered for the API and the web server, without empty ones. */
export function publicAddresses({ variables }: NamesSettings): readonly Address[] {
  return (['api', 'web'] as const).flatMap((component) =>
    PUBLIC[component].flatMap((name) => {
      const value = variables[component]?.[name] ?? '';
      return value === '' ? [] : [addressOf(`${name} of ${component}`, value)];
    }),
  );
}

/** One of these addresses; undefined if it is not set. */
export function addressIn(settings: NamesSettings, component: 'api' | 'web', name: string): Address | undefined {
  const value = settings.variables[component]?.[name] ?? '';
  return value === '' ? undefined : addressOf(`${name} of ${component}`, value);
}

/** Replaces the braces of a template, because a URL has none. */
function addressOf(name: string, value: string): Address {
  const plain = value.replace(/\{[^}]*\}/g, 'x');
  return { name, value, url: parseUrl(plain) };
}
