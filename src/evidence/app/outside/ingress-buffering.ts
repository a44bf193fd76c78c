/** How one ingress controller decides whether it collects answers before it passes them on. */
interface BufferingRule {
  /** `spec.controller` of its IngressClass. */
  readonly controller: string;
  readonly annotation: string;
  /** What it does without the annotation. */
  readonly byDefault: boolean;
  /** Values of the annotation that turn buffering on. */
  readonly on: readonly string[];
  /** The value that turns it off. */
  readonly off: string;
}

/**
 * Sources: the annotation references of ingress-nginx (proxy-buffering, off by default), of F5's NGINX Ingress Controller
 * (nginx.org/proxy-buffering, "True" by default) and of Kong (konghq.com/response-buffering, true by default for a
 * route). Others (Traefik, HAProxy, cloud load balancers) pass answers on as they come.
 */
export const BUFFERING: readonly BufferingRule[] = [
  {
    controller: 'k8s.io/ingress-nginx',
    annotation: 'nginx.ingress.kubernetes.io/proxy-buffering',
    byDefault: false,
    on: ['on'],
    off: 'off',
  },
  {
    controller: 'nginx.org/ingress-controller',
    annotation: 'nginx.org/proxy-buffering',
    byDefault: true,
    on: ['true', 'True'],
    off: 'False',
  },
  {
    controller: 'ingress-controllers.konghq.com/kong',
    annotation: 'konghq.com/response-buffering',
    byDefault: true,
    on: ['true'],
    off: 'false',
  },
];
