/** What `--output` may say; each command has its own choice of these. */
export const OUTPUT_FORMATS = ['text', 'json', 'junit', 'html'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
