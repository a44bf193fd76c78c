/** Two risk models, not two sizes. */
export const TIERS = ['test', 'prod'] as const;
export type Tier = (typeof TIERS)[number];
