import type { Tier } from './tiers.ts';

/**
 * The resources checklist of Dify Enterprise, row object storage: 100 GB in test, of which 50 are the minimum, and
 * 512 GB in prod.
 */
export const OBJECT_STORAGE_SIZES: Readonly<Record<Tier, string>> = { test: '50G', prod: '512G' };
/**
 * The prefixes of the keys of Dify's objects. The API: uploads, files extracted from documents, results of tools and
 * websites, the tenants' private keys and its own key (Dify 1.16: services/file_service.py, core/rag/extractor,
 * core/tools/tool_file_manager.py, libs/rsa.py, configs). The plugin daemon 0.6: installed plugins, packages and their
 * pictures (PLUGIN_INSTALLED_PATH, PLUGIN_PACKAGE_CACHE_PATH, PLUGIN_MEDIA_CACHE_PATH).
 */
export const DIFY_KEY_PREFIXES: readonly string[] = [
  'upload_files/',
  'image_files/',
  'website_files/',
  'tools/',
  'privkeys/',
  '.dify_secret_key',
  'plugin/',
  'plugin_packages/',
  'assets/',
];
