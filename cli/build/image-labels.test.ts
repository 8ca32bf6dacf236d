import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AUTOROUTE, project } from '../../project/manifests/projects.fixture.test.ts';
import { imageLabels, sourceUrl } from './image-labels.ts';

describe('the labels of an image', () => {
  let repository: string;
  let folder: string;
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_DATE: '2026-02-03T04:05:06+01:00',
    GIT_COMMITTER_DATE: '2026-02-03T04:05:06+01:00',
  };
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], {
      cwd: repository,
      env,
      encoding: 'utf8',
    }).trim();
  const labels = async (more: NodeJS.ProcessEnv = {}): Promise<Readonly<Record<string, string>>> => {
    const found = await imageLabels(folder, project(AUTOROUTE, 'version: 1.2.3'), { ...env, ...more });
    return Object.fromEntries(
      Object.entries(found).map(([name, value]) => [name.replace('org.opencontainers.image.', ''), value]),
    );
  };
  before(async () => {
    repository = await mkdtemp(join(tmpdir(), 'ap-labels-'));
    folder = join(repository, 'operators/autoroute');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'autopilot.yaml'), AUTOROUTE);
  });
  after(() => rm(repository, { recursive: true }));

  it('say the version where there is no repository, or another one around', async () => {
    assert.deepEqual(await labels(), { version: '1.2.3' });
    git('init', '--quiet');
    git('commit', '--quiet', '--allow-empty', '--message', 'another project');
    assert.deepEqual(await labels(), { version: '1.2.3' });
  });

  it('say the commit, its time, and where it is from, the same each time', async () => {
    git('add', '.');
    git('commit', '--quiet', '--message', 'one');
    git('remote', 'add', 'origin', 'https://me:s3cret@example.com/team/autoroute.git');
    const revision = git('rev-parse', 'HEAD');
    const expected = {
      version: '1.2.3',
      revision,
      created: '2026-02-03T03:05:06Z',
      source: 'https://example.com/team/autoroute',
    };
    assert.deepEqual(await labels(), expected);
    await writeFile(join(repository, 'elsewhere'), 'is no change of the project');
    assert.deepEqual(await labels(), expected);
    await writeFile(join(folder, 'new.ts'), 'changed');
    const { created: _, ...rest } = expected;
    assert.deepEqual(await labels(), { ...rest, revision: `${revision}-dirty` });
    assert.deepEqual(await labels({ SOURCE_DATE_EPOCH: '1700000000' }), {
      ...expected,
      revision: `${revision}-dirty`,
      created: '2023-11-14T22:13:20Z',
    });
  });

  it('name a source that others can open', () => {
    const sources = {
      'git@github.com:team/autoroute.git': 'https://github.com/team/autoroute',
      'ssh://git@example.com:2222/team/autoroute.git': 'https://example.com/team/autoroute',
      'https://token@example.com:8443/a?b#c': 'https://example.com:8443/a',
      'http://example.com/a.git': 'http://example.com/a',
      '/srv/git/autoroute.git': undefined,
      'C:\\git\\autoroute': undefined,
      'file:///srv/git/autoroute.git': undefined,
      '': undefined,
    };
    for (const [remote, source] of Object.entries(sources)) assert.equal(sourceUrl(remote), source, remote);
  });
});
