import type { Deployment } from '../../deployment/schema/deployment.ts';
import { type EnvEntry, literal } from '../../providers/env-entry.ts';
import type { ServiceAddresses } from './addresses.ts';

/**
 * Public addresses in the variables of the API. All public hosts have the same routes, so console and web app each call
 * the API at their own origin. (A second origin would need COOKIE_DOMAIN; without it, logins loop.) Plugins and tools
 * fetch files through INTERNAL_FILES_URL, inside the installation.
 */
export function apiUrls({ urls }: Deployment, addresses: ServiceAddresses): readonly EnvEntry[] {
  return [
    literal('CONSOLE_WEB_URL', urls.console),
    literal('CONSOLE_API_URL', urls.console),
    literal('SERVICE_API_URL', urls.api),
    literal('APP_WEB_URL', urls.app),
    literal('FILES_URL', urls.files),
    literal('INTERNAL_FILES_URL', addresses.api),
    literal('TRIGGER_URL', urls.trigger ?? urls.api),
    literal('ENDPOINT_URL_TEMPLATE', `${urls.trigger ?? urls.api}/e/{hook_id}`),
    literal('CONSOLE_CORS_ALLOW_ORIGINS', urls.console),
    literal('WEB_API_CORS_ALLOW_ORIGINS', [...new Set([urls.app, urls.console])].join(',')),
  ];
}

/** Addresses that the web server sends to browsers, and SERVER_CONSOLE_API_URL, which it uses itself. */
export function webUrls({ urls }: Deployment, addresses: ServiceAddresses, websocket: boolean): readonly EnvEntry[] {
  return [
    literal('CONSOLE_API_URL', urls.console),
    literal('APP_API_URL', urls.app),
    literal('SERVER_CONSOLE_API_URL', addresses.api),
    ...(websocket ? [literal('NEXT_PUBLIC_SOCKET_URL', socketUrl(urls.console))] : []),
  ];
}

/** The console's origin for WebSockets: `https` becomes `wss`, `http` becomes `ws`. */
export function socketUrl(consoleUrl: string): string {
  return consoleUrl.replace(/^http/, 'ws');
}
