import { type EnvEntry, literal, secret } from '../../providers/env-entry.ts';
import type { ServiceAddresses } from './addresses.ts';

/**
 * The variables of the code sandbox. API_KEY overrides `app.key` of its configuration file. WORKER_TIMEOUT is in
 * seconds.
 */
export function sandboxEnv(addresses: ServiceAddresses, behindProxy: boolean): readonly EnvEntry[] {
  return [
    secret('API_KEY', 'secrets.sandboxApiKey'),
    literal('GIN_MODE', 'release'),
    literal('SANDBOX_PORT', 8194),
    literal('WORKER_TIMEOUT', 15),
    literal('ENABLE_NETWORK', true),
    ...(behindProxy ? [literal('HTTP_PROXY', addresses.ssrfProxy), literal('HTTPS_PROXY', addresses.ssrfProxy)] : []),
  ];
}
