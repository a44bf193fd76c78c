/** The marketplace of plugins (`docker/.env.example`, MARKETPLACE_URL). */
export const MARKETPLACE_URL = 'https://marketplace.dify.ai';
/** The path at which nginx passes requests of browsers on to it, as in the chart (`global.marketplace.apiProxyEnabled`). */
export const MARKETPLACE_PATH = '/marketplace';
