/**
 * Addresses that no request of an app may reach: special-purpose addresses of IANA's registries (IPv4, IPv6), including
 * cloud metadata.
 */
export const PRIVATE_ADDRESSES: readonly string[] = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b::/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
];

/**
 * The metadata service of a cloud machine: AWS, Azure, Google Cloud and most others use the IPv4 address; the IPv6
 * address is AWS' (EC2 user guide, Instance metadata and user data).
 */
export const METADATA_ADDRESSES: readonly string[] = ['169.254.169.254/32', 'fd00:ec2::254/128'];

/**
 * Addresses at which a cluster's DNS may listen without being a pod: its Service, a node (`hostNetwork`), NodeLocal
 * DNSCache (169.254.20.10, kubernetes.io: Using NodeLocal DNSCache), and Cloud DNS of GKE (169.254.169.254).
 */
export const DNS_ADDRESSES: readonly string[] = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  'fc00::/7',
  'fe80::/10',
];

/**
 * DNS, and the port of CoreDNS' pods on OpenShift, which some network plugins compare after translating the Service.
 */
export const DNS_PORTS: readonly number[] = [53, 5353];
