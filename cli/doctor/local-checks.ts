import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fits } from '../../generators/check-node.ts';
import { ProjectError } from '../../project/errors.ts';
import type { Problem } from '../../project/model.ts';
import { projectCrd, type CrdResult } from '../../project/spec/project-crd.ts';
import type { CommandContext } from '../cluster/cluster-command.ts';
import type { OpenProject } from '../cluster/open-project.ts';
import { fail, ok, warn, type Finding } from './finding.ts';

const run = promisify(execFile);
const REQUIRED = '22.19 or newer of 22, or 24.11 or newer';

export function checkNode(): Finding {
  const { node } = process.versions;
  return fits(node)
    ? ok('Node', `v${node}`)
    : fail('Node', `v${node} is too old`, `Install ${REQUIRED} from https://nodejs.org.`);
}

/** The project's files, its schemas, and whether its packages are installed. Undefined: there is no project to look at. */
export async function checkProject(context: CommandContext): Promise<{
  readonly opened: OpenProject | undefined;
  readonly crd: CrdResult['crd'];
  readonly findings: readonly Finding[];
}> {
  let opened: OpenProject;
  try {
    opened = await context.project();
  } catch (error) {
    if (!(error instanceof ProjectError)) throw error;
    const findings = error.problems.map((problem) => findingOf('project', problem));
    return { opened: undefined, crd: undefined, findings };
  }
  const { project, folder } = opened;
  const { crd, problems } = await projectCrd(folder, project);
  const names = project.phases.map(({ name }) => name).join(', ') || 'none';
  const described = `${project.kind} (${project.group}/${project.version}), phases: ${names}`;
  const findings = [
    ok('project', described),
    ...problems.map((problem) => findingOf('schemas', problem)),
    ...(problems.length === 0 ? [ok('schemas', 'spec.ts fits into a CustomResourceDefinition')] : []),
    checkPackages(folder),
  ];
  return { opened, crd, findings };
}

function findingOf(check: string, { file, line, path, message, remedy, code }: Problem): Finding {
  const where = [file, line].filter((part) => part !== undefined).join(':');
  const at = [where, path].filter((part) => part !== undefined && part !== '').join(' ');
  return fail(check, `${at === '' ? '' : `${at}: `}${message} (${code})`, remedy);
}

function checkPackages(folder: string): Finding {
  const { resolve } = createRequire(join(folder, 'package.json'));
  try {
    resolve('autopilot-runtime/package.json');
    return ok('packages', 'autopilot-runtime is installed');
  } catch {
    return fail(
      'packages',
      `autopilot-runtime is not installed in ${folder}`,
      'Run `npm install` there, or what your package manager has for it.',
    );
  }
}

/** Whether the generated files are as `ap generate` would write them: asks that command, which loads Yeoman. */
export async function checkDrift({ folder }: OpenProject, env: NodeJS.ProcessEnv): Promise<Finding> {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const ap = fileURLToPath(new URL(`../ap${extension}`, import.meta.url));
  try {
    await run(process.execPath, [...process.execArgv, ap, 'generate', '--check', '--skip-install'], {
      cwd: folder,
      env,
    });
    return ok('generated files', 'as `ap generate` would write them');
  } catch (error) {
    const stderr: unknown = error instanceof Error ? Reflect.get(error, 'stderr') : '';
    const said = typeof stderr === 'string' ? stderr.trim() : '';
    const files = [...said.matchAll(/^(\S+): .*\(ERR_AP_DRIFT\)$/gm)].map(([, file]) => file);
    if (files.length > 0)
      return warn(
        'generated files',
        `not as \`ap generate\` would write them: ${files.join(', ')}`,
        'Run `ap generate`; `ap generate --dry-run` shows what it would do.',
      );
    return fail(
      'generated files',
      `\`ap generate --check\` fails: ${said.split('\n')[0] ?? ''}`,
      'Run it, and do what it says.',
    );
  }
}

/** The version of kubectl, `v1.37.2`; undefined where there is none that works. */
export async function checkKubectl(
  env: NodeJS.ProcessEnv,
): Promise<{ readonly version?: string; readonly finding: Finding }> {
  const program = env['KUBECTL'] || 'kubectl';
  try {
    const { stdout } = await run(program, ['version', '--client', '-o', 'json'], { env });
    const answer: unknown = JSON.parse(stdout);
    const client: unknown =
      typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'clientVersion') : undefined;
    const version: unknown =
      typeof client === 'object' && client !== null ? Reflect.get(client, 'gitVersion') : undefined;
    if (typeof version !== 'string') throw new Error('it says no version');
    return { version, finding: ok('kubectl', version) };
  } catch (error) {
    const why =
      error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'it cannot be found' : firstLine(error);
    return {
      finding: fail(
        'kubectl',
        `${program} does not work: ${why}`,
        'Install kubectl, which `ap deploy` renders the manifests with; KUBECTL names another program.',
      ),
    };
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
