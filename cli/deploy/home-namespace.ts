import { operatorDeployment } from './placement.ts';
import { renderManifests } from './render.ts';

/** The namespace that the manifests in `deploy/` have the operator in. */
export async function homeOf(folder: string, operatorName: string, env: NodeJS.ProcessEnv): Promise<string> {
  const rendered = await renderManifests(folder, 'deploy', env);
  return operatorDeployment(rendered, operatorName).metadata.namespace ?? operatorName;
}
