/** A program that serves Ingresses with pods of the cluster, and the image that shows it. */
export interface IngressController {
  readonly title: string;
  /** `spec.controller` of its IngressClass. */
  readonly controller: string;
  /** Matches the repository of the image that accepts the requests. */
  readonly image: RegExp;
}

/**
 * Sources: the charts of each project (kubernetes/ingress-nginx, nginx/kubernetes-ingress, traefik/traefik-helm-chart,
 * haproxytech/helm-charts, haproxy-ingress/charts, Kong/charts, cilium, higress-group/higress).
 */
export const INGRESS_CONTROLLERS: readonly IngressController[] = [
  {
    title: 'ingress-nginx',
    controller: 'k8s.io/ingress-nginx',
    image: /(^|\/)(ingress-nginx\/controller(-chroot)?|nginx-ingress-controller)$/,
  },
  {
    title: 'NGINX Ingress Controller of F5',
    controller: 'nginx.org/ingress-controller',
    image: /(^|\/)(nginx\/nginx-ingress|nginx-ic\/nginx-plus-ingress)$/,
  },
  { title: 'Traefik', controller: 'traefik.io/ingress-controller', image: /(^|\/)(traefik|mirrored-library-traefik)$/ },
  {
    title: 'HAProxy Kubernetes Ingress Controller',
    controller: 'haproxy.org/ingress-controller',
    image: /(^|\/)haproxytech\/kubernetes-ingress$/,
  },
  {
    title: 'HAProxy Ingress',
    controller: 'haproxy-ingress.github.io/controller',
    image: /(^|\/)haproxy-ingress$/,
  },
  { title: 'Kong', controller: 'ingress-controllers.konghq.com/kong', image: /(^|\/)kong(\/kong-gateway)?$/ },
  { title: 'Cilium', controller: 'cilium.io/ingress-controller', image: /(^|\/)cilium\/cilium-envoy$/ },
  { title: 'Higress', controller: 'higress.io/higress-controller', image: /(^|\/)higress\/gateway$/ },
];

/**
 * Controllers whose requests a load balancer of the cloud accepts, outside the cluster: AWS Load Balancer Controller,
 * Azure Application Gateway, ALB of Alibaba Cloud.
 */
export const CLOUD_CONTROLLERS: readonly string[] = [
  'ingress.k8s.aws/alb',
  'azure/application-gateway',
  'ingress.k8s.alibabacloud/alb',
];

/**
 * Labels of the workloads that serve a Gateway, with the name and the namespace of the Gateway; without the second, it
 * is the namespace of the workload (Gateway API, GEP-1762; Envoy Gateway).
 */
export const GATEWAY_LABELS: readonly { readonly name: string; readonly namespace?: string }[] = [
  { name: 'gateway.networking.k8s.io/gateway-name' },
  { name: 'gateway.envoyproxy.io/owning-gateway-name', namespace: 'gateway.envoyproxy.io/owning-gateway-namespace' },
];
