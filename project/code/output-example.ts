import type { ResourceParameter } from '../model.ts';

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
