import type { PluginsFact } from '../facts.ts';
import type { ObjectReader, Query } from './source.ts';

/**
 * Folders of the plugin daemon's storage with a package under its unique identifier: PLUGIN_INSTALLED_PATH and
 * PLUGIN_PACKAGE_CACHE_PATH (langgenius/dify-plugin-daemon internal/core/plugin_manager/media_transport).
 */
const FOLDERS = ['plugin', 'plugin_packages'];

/** Compares the installations of the plugin daemon with the packages in its storage. */
export async function readPlugins(query: Query, objects: ObjectReader): Promise<PluginsFact> {
  // A plugin that a developer debugs (runtime `remote`) has no package.
  const rows = await query(
    `SELECT DISTINCT plugin_unique_identifier AS id FROM plugin_installations
      WHERE runtime_type IS DISTINCT FROM 'remote' ORDER BY 1`,
  );
  const missing: string[] = [];
  for (const { id } of rows) if (!(await hasPackage(objects, String(id)))) missing.push(String(id));
  return { packages: rows.length, missing };
}

async function hasPackage(objects: ObjectReader, identifier: string): Promise<boolean> {
  const there = await Promise.all(FOLDERS.map((folder) => objects.has(`${folder}/${identifier}`)));
  return there.includes(true);
}
