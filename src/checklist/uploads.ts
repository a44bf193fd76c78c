/**
 * What Dify's API lets users upload, in MB, where nobody says otherwise: upstream's docker/.env.example of 1.16 (UPLOAD_FILE_SIZE_LIMIT and the
 * like; the largest is a video).
 */
export const UPLOAD_LIMITS_MB: Readonly<Record<string, number>> = {
  UPLOAD_FILE_SIZE_LIMIT: 15,
  UPLOAD_IMAGE_FILE_SIZE_LIMIT: 10,
  UPLOAD_AUDIO_FILE_SIZE_LIMIT: 50,
  UPLOAD_VIDEO_FILE_SIZE_LIMIT: 100,
};

/** Bytes of a plugin package: what the plugin daemon takes (MAX_PLUGIN_PACKAGE_SIZE, 50 MiB). The API's own limit is 15 MiB (PLUGIN_MAX_PACKAGE_SIZE). */
export const PLUGIN_PACKAGE_BYTES = { daemon: 52_428_800, api: 15_728_640 } as const;
