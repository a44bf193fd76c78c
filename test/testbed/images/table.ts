import { busybox } from './recipes/busybox.ts';
import type { RecipeOf } from './recipes/context.ts';
import { difyImage } from './recipes/dify.ts';
import { nginx } from './recipes/nginx.ts';
import { node } from './recipes/node.ts';
import { postgres } from './recipes/postgres.ts';
import { python } from './recipes/python.ts';
import { rclone } from './recipes/rclone.ts';
import { redis } from './recipes/redis.ts';
import { restic } from './recipes/restic.ts';
import { squid } from './recipes/squid.ts';
import { toolbox } from './recipes/toolbox.ts';
import { weaviate } from './recipes/weaviate.ts';

/**
 * Recipes by the last part of the repository, so that mirrors with other prefixes work too. Dify's components are
 * stand-ins; the others are the real programs.
 */
export const RECIPES: Readonly<Record<string, RecipeOf>> = {
  'dify-api': difyImage('api'),
  'dify-web': difyImage('web'),
  'dify-plugin-daemon': difyImage('plugin-daemon'),
  'dify-sandbox': difyImage('sandbox'),
  'dify-agent-backend': difyImage('agent-backend'),
  'dify-agent-local-sandbox': difyImage('local-sandbox'),
  postgres,
  // The name in the chart's bundled database.
  postgresql: postgres,
  python,
  redis,
  nginx,
  squid,
  weaviate,
  busybox,
  toolbox,
  node,
  restic,
  rclone,
};
