/**
 * Default upload limits of Dify's API, in MB: upstream's docker/.env.example of 1.16 (UPLOAD_FILE_SIZE_LIMIT and
 * similar; the largest is for videos).
 */
export const UPLOAD_LIMITS_MB: Readonly<Record<string, number>> = {
  UPLOAD_FILE_SIZE_LIMIT: 15,
  UPLOAD_IMAGE_FILE_SIZE_LIMIT: 10,
  UPLOAD_AUDIO_FILE_SIZE_LIMIT: 50,
  UPLOAD_VIDEO_FILE_SIZE_LIMIT: 100,
};

/**
 * Default limits for a plugin package, in bytes: the plugin daemon's (MAX_PLUGIN_PACKAGE_SIZE, 50 MiB) and the API's
 * (PLUGIN_MAX_PACKAGE_SIZE, 15 MiB).
 */
export const PLUGIN_PACKAGE_BYTES = { daemon: 52_428_800, api: 15_728_640 } as const;
