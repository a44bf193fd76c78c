import { busybox } from './recipes/busybox.ts';
import type { RecipeOf } from './recipes/context.ts';
import { difyImage } from './recipes/dify.ts';
import { nginx } from './recipes/nginx.ts';
import { node } from './recipes/node.ts';
import { postgres } from './recipes/postgres.ts';
import { python } from './recipes/python.ts';
import { redis } from './recipes/redis.ts';
import { squid } from './recipes/squid.ts';
import { toolbox } from './recipes/toolbox.ts';
import { weaviate } from './recipes/weaviate.ts';

/**
 * What each image is made by, told by the last part of its repository, so that a mirror's name does as well. Dify's own
 * components are stand-ins; the others are the real programs.
 */
export const RECIPES: Readonly<Record<string, RecipeOf>> = {
  'dify-api': difyImage('api'),
  'dify-web': difyImage('web'),
  'dify-plugin-daemon': difyImage('plugin-daemon'),
  'dify-sandbox': difyImage('sandbox'),
  'dify-agent-backend': difyImage('agent-backend'),
  'dify-agent-local-sandbox': difyImage('local-sandbox'),
  postgres,
  // Its name as the chart's bundled database asks for it.
  postgresql: postgres,
  python,
  redis,
  nginx,
  squid,
  weaviate,
  busybox,
  toolbox,
  node,
};
