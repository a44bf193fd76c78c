/** The values of `--output`. Each command accepts some of them. */
export const OUTPUT_FORMATS = ['text', 'json', 'junit', 'html'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];
