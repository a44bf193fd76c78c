/** Returns the arguments of kubectl and helm that choose the cluster. Without any, they use the current context. */
export function kubeArguments(kubeconfig: string | undefined, context: string | undefined): readonly string[] {
  return [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', kubeconfig]),
    ...(context === undefined ? [] : ['--context', context]),
  ];
}
