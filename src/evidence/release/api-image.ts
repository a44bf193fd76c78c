/**
 * True for the image of Dify's API, from any registry. api, worker and beat run it; only this image migrates the
 * database.
 */
export function isApiImage(image: string): boolean {
  return /(?:^|\/)dify-api(?:[:@]|$)/.test(image);
}
