/** A node that runs real containers. */
export interface RealNode {
  readonly name: string;
}
