/** What the vendor's CLI says of a managed server. */
export interface VendorFact {
  /** `aws`, `az`, `gcloud`. */
  readonly program: string;
  /** Whether it fails over to a standby. */
  readonly hasStandby?: boolean;
  /** Whether it can be restored to a point in time. */
  readonly hasBackups?: boolean;
}
