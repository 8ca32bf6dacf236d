import type { Project, ResourceParameter } from '../model.ts';
import { kindNames } from './names.ts';

/** The smallest useful body of the kinds that operators write most; others get their metadata alone. */
const BODIES: Readonly<Record<string, (name: string) => readonly string[]>> = {
  configmaps: (name) => [`data: { message: ${name} },`],
  secrets: () => [`stringData: { token: 'secret' },`],
  services: (name) => [`spec: { selector: { app: ${name} }, ports: [{ port: 80 }] },`],
  deployments: (name) => [
    `spec: {`,
    `  selector: { matchLabels: { app: ${name} } },`,
    `  template: {`,
    `    metadata: { labels: { app: ${name} } },`,
    `    spec: { containers: [{ name: 'main', image: 'nginx' }] },`,
    `  },`,
    `},`,
  ],
  virtualservices: (name) => [
    `spec: {`,
    `  hosts: [${name}],`,
    `  http: [{ route: [{ destination: { host: ${name} } }] }],`,
    `},`,
  ],
  httproutes: (name) => [
    `spec: {`,
    `  parentRefs: [{ name: 'gateway' }],`,
    `  hostnames: [\`\${${name}}.example.com\`],`,
    `  rules: [{ backendRefs: [{ name: ${name}, port: 80 }] }],`,
    `},`,
  ],
  gatewayApiGateways: () => [
    `spec: {`,
    `  gatewayClassName: 'example',`,
    `  listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }],`,
    `},`,
  ],
  gateways: () => [
    `spec: {`,
    `  selector: { istio: 'ingressgateway' },`,
    `  servers: [{ hosts: ['*'], port: { name: 'http', number: 80, protocol: 'HTTP' } }],`,
    `},`,
  ],
};

/** One entry of `outputs`, as the lines of an example; `name`: the expression for the resource's name. */
export function outputExample(parameter: ResourceParameter, name: string): string[] {
  const body = BODIES[parameter.name]?.(name) ?? [];
  const metadata = `metadata: { name: ${name} },`;
  const [only] = body;
  if (body.length === 0) return [`${parameter.key}: [{ ${metadata.slice(0, -1)} }],`];
  if (body.length === 1 && only !== undefined)
    return [`${parameter.key}: [`, `  {`, `    ${metadata}`, `    ${only}`, `  },`, `],`];
  return [`${parameter.key}: [`, `  {`, `    ${metadata}`, ...body.map((line) => `    ${line}`), `  },`, `],`];
}

/** One entry of `patches`: a label, which every kind has. */
export function patchExample({ key, namespaced }: ResourceParameter, { kind, group, scope }: Project): string {
  const name = `${kindNames(kind).key}.metadata.name`;
  // A resource of cluster scope has no namespace to lend.
  const namespace = namespaced && scope === 'Cluster' ? "namespace: 'default', " : '';
  return `${key}: [{ metadata: { name: ${name}, ${namespace}labels: { '${group}/patched-by': ${name} } } }],`;
}
