/** True for the image of Dify's API, from whatever registry: api, worker and beat run it, and it alone changes the database. */
export function isApiImage(image: string): boolean {
  return /(?:^|\/)dify-api(?:[:@]|$)/.test(image);
}
