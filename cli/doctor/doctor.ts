import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explain } from '../cluster/problems.ts';
import { EXIT } from '../cluster/exit-codes.ts';
import type { CommandContext, Outcome } from '../cluster/cluster-command.ts';
import { deploymentSettings } from '../cluster/deployment-settings.ts';
import type { Manifest } from '../deploy/manifest.ts';
import { isCrd } from '../deploy/plan.ts';
import { definitionIn } from '../cluster/definition.ts';
import type { OpenProject } from '../cluster/open-project.ts';
import { checkOperatorsRights, checkOwnRights, type Looked } from './cluster-checks.ts';
import { checkDefinition, type Definition } from './crd-check.ts';
import { fail, findingText, skip, type Finding } from './finding.ts';
import { checkKinds } from './kinds-check.ts';
import { checkDrift, checkKubectl, checkNode, checkProject } from './local-checks.ts';
import { checkManifests, type ManifestsOf } from './manifests-check.ts';
import { checkServerVersion, checkSkew } from './versions.ts';

/**
 * What stands in the way of an operator, here and on the cluster. Exit code 0: nothing; 1: something has to be mended. Tests that are about
 * something else hand in a `drift` that does not load Yeoman.
 */
export async function doctor(context: CommandContext, drift: typeof checkDrift = checkDrift): Promise<Outcome> {
  const findings: Finding[] = [];
  const tell = (...found: readonly Finding[]): void => {
    findings.push(...found);
    if (context.options.output === 'text') for (const line of found.flatMap(findingText)) context.print(line);
  };
  tell(checkNode());
  const { opened, crd, findings: ofProject } = await checkProject(context);
  tell(...ofProject);
  if (opened) {
    context.progress('Comparing the generated files …');
    tell(await drift(opened, context.environment.env));
  }
  const version = await serverVersion(context, tell);
  const kubectl = await checkKubectl(context.environment.env);
  const isKnown = kubectl.version !== undefined && version !== undefined;
  tell((isKnown ? checkSkew(kubectl.version, version) : undefined) ?? kubectl.finding);
  const placed = opened && (await placeOf(context, opened, crd));
  const checked = placed && kubectl.version !== undefined ? await checkManifests(placed) : undefined;
  if (checked) tell(...checked.findings);
  else if (placed) tell(skip('manifests', 'kubectl puts them together, and does not work'));
  if (version !== undefined && placed) await checkCluster(context, placed, checked?.manifests, tell);
  else
    tell(
      skip(
        'rights and kinds',
        version === undefined ? 'the cluster cannot be asked' : 'there is no project to compare with',
      ),
    );
  const counts = (['fail', 'warn'] as const).map(
    (status) => findings.filter((finding) => finding.status === status).length,
  );
  const [fails = 0, warnings = 0] = counts;
  return {
    exitCode: fails > 0 ? EXIT.failed : EXIT.done,
    result: { findings },
    text: ['', fails + warnings === 0 ? 'Nothing is wrong.' : `${fails} to be mended, ${warnings} to be looked at.`],
  };
}

async function serverVersion(context: CommandContext, tell: (finding: Finding) => void): Promise<string | undefined> {
  let where = 'the cluster';
  try {
    const cluster = context.cluster();
    where = cluster.server;
    const answer = await cluster.getJson('/version');
    const version: unknown =
      typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'gitVersion') : undefined;
    const known = typeof version === 'string' ? version : '';
    tell(checkServerVersion(where, known));
    return known;
  } catch (error) {
    if (context.signal.aborted) throw error;
    for (const { message, remedy } of explain(error, where).problems) tell(fail('cluster', message, remedy));
    return undefined;
  }
}

/** What would be deployed, and where. */
async function placeOf(
  context: CommandContext,
  opened: OpenProject,
  crd: Definition | undefined,
): Promise<ManifestsOf> {
  const deployment = await deploymentSettings(opened);
  const namespace = context.options.namespace ?? deployment.namespace;
  context.setNamespace(namespace);
  const isProduction = await asksForProduction(opened);
  return { ...opened, deployment, namespace, isProduction, crd, env: context.environment.env };
}

async function checkCluster(
  context: CommandContext,
  { project, deployment, namespace, isProduction, crd }: ManifestsOf,
  manifests: readonly Manifest[] | undefined,
  tell: (...found: readonly Finding[]) => void,
): Promise<void> {
  const cluster = context.cluster();
  const looked: Looked = { cluster, project, deployment, namespace, isProduction, signal: context.signal };
  // What the user made of it is what would be applied.
  const wanted = manifests?.find((each) => isCrd(each) && each.metadata.name === crd?.metadata.name) ?? crd;
  const checks: readonly (readonly [string, () => Promise<readonly Finding[]>])[] = [
    ['your rights', () => checkOwnRights(looked)],
    ["operator's rights", async () => [await checkOperatorsRights(looked)]],
    ['definition', () => definitionFindings(looked, wanted)],
    ['kinds', async () => checkKinds(project, await looked.cluster.kinds())],
  ];
  context.progress('Asking the cluster for rights and kinds …');
  for (const [check, look] of checks) {
    try {
      tell(...(await look()));
    } catch (error) {
      if (context.signal.aborted) throw error;
      for (const { message, remedy } of explain(error, looked.cluster.server).problems)
        tell(fail(check, message, remedy));
    }
  }
}

/** Whether the user has taken the overlay for production into what is deployed. */
async function asksForProduction({ folder }: OpenProject): Promise<boolean> {
  const text = await readFile(join(folder, 'deploy/kustomization.yaml'), 'utf8').catch(() => '');
  return /^\s*-\s*(?:\.\/)?overlays\/production\/?\s*$/m.test(text);
}

async function definitionFindings(
  { cluster, signal }: Looked,
  crd: Definition | Manifest | undefined,
): Promise<readonly Finding[]> {
  if (!crd) return [skip('definition', 'the project has none to compare with')];
  const found = await definitionIn(cluster, crd.metadata.name, signal);
  if (found === 'forbidden')
    return [skip('definition', 'you may not read customresourcedefinitions.apiextensions.k8s.io')];
  return checkDefinition(crd, found);
}
