/** The folders of the packages that a bundle was made of, sorted. */
export function packageFolders(inputs: readonly string[]): string[];
/** The text of the notice; throws for a licence that is not known or not found. */
export function thirdPartyNotices(inputs: readonly string[], root: string): string;
