import { fileURLToPath } from 'node:url';

export type GeneratorName = 'app' | 'phase' | 'deploy-manifests';

/**
 * Runs one of the generators as `yo` would. The import of Yeoman takes half a second: commands that generate nothing never come
 * here.
 */
export async function runGenerator(
  name: GeneratorName,
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
  cwd = process.cwd(),
): Promise<void> {
  const { createEnv } = await import('yeoman-environment');
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const environment = createEnv({ cwd });
  const namespace = `autopilot:${name}`;
  environment.register(fileURLToPath(new URL(`../generators/${name}/index${extension}`, import.meta.url)), {
    namespace,
    packagePath: fileURLToPath(new URL(extension === '.ts' ? '..' : '../..', import.meta.url)),
  });
  await environment.run([namespace, ...args], { ...options });
}
