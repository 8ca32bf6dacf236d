import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Project } from '../../project/model.ts';

const run = promisify(execFile);
const PREFIX = 'org.opencontainers.image.';

/**
 * The labels of the image that only a build knows; title and description are in the Dockerfile. The same sources give the same labels. Source:
 * https://github.com/opencontainers/image-spec/blob/main/annotations.md
 *
 * - `version`: of autopilot-operator.yaml
 * - `revision`: the commit that git has checked out, with `-dirty` where files of the project are not as they are in it
 * - `created`: SOURCE_DATE_EPOCH, else the time of that commit; none of a project that is dirty or in no repository
 * - `source`: the URL of the remote `origin`, without credentials
 */
export async function imageLabels(
  folder: string,
  project: Project,
  env: NodeJS.ProcessEnv,
): Promise<Readonly<Record<string, string>>> {
  const { revision, committed, source } = await versionControl(folder, env);
  const created = timeOf(env['SOURCE_DATE_EPOCH']) ?? committed;
  const labels = { version: project.operator.version, revision, created, source };
  return Object.fromEntries(
    Object.entries(labels).flatMap(([name, value]) => (value === undefined ? [] : [[`${PREFIX}${name}`, value]])),
  );
}

interface VersionControl {
  readonly revision?: string | undefined;
  readonly committed?: string | undefined;
  readonly source?: string | undefined;
}

/** Nothing where there is no git, or the project is not in a repository of it. */
async function versionControl(folder: string, env: NodeJS.ProcessEnv): Promise<VersionControl> {
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    try {
      return (await run('git', args, { cwd: folder, env })).stdout.trim();
    } catch {
      return undefined;
    }
  };
  // A folder that a repository around it ignores is not of its commits.
  if (!(await git('ls-files', '--', 'autopilot.yaml'))) return {};
  const [commit, changes, time, remote] = await Promise.all([
    git('rev-parse', '--verify', 'HEAD'),
    git('status', '--porcelain', '--', '.'),
    git('log', '-1', '--format=%ct'),
    git('remote', 'get-url', 'origin'),
  ]);
  const source = remote === undefined ? undefined : sourceUrl(remote);
  if (commit === undefined) return { source };
  if (changes !== '') return { revision: `${commit}-dirty`, source };
  return { revision: commit, committed: timeOf(time), source };
}

function timeOf(seconds: string | undefined): string | undefined {
  return seconds !== undefined && /^\d{1,11}$/.test(seconds)
    ? new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z')
    : undefined;
}

/** A URL for everybody; undefined of a path on this machine. `git@host:path` is what https has, on all hosts of note. */
export function sourceUrl(remote: string): string | undefined {
  const [, host, path] = /^(?:[^@/\s]+@)?([\w.-]+):(?!\/\/)\/?(.+)$/.exec(remote) ?? [];
  // A single letter is a drive.
  const text = host !== undefined && host.length > 1 ? `https://${host}/${path}` : remote;
  if (!URL.canParse(text) || !/^(https?|ssh|git):$/.test(new URL(text).protocol)) return undefined;
  const url = new URL(text);
  const bare = new URL(`${url.protocol === 'http:' ? 'http:' : 'https:'}//${url.host}${url.pathname}`);
  // The port of ssh is not that of https.
  if (url.protocol === 'ssh:' || url.protocol === 'git:') bare.port = '';
  return bare.href.replace(/\.git$/, '');
}
