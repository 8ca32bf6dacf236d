import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectFixture } from '../project/code/project.fixture.ts';
import type { BundledPackage } from '../project/regeneration/bundle.ts';
import { wantedFiles } from './wanted-files.ts';
import type { Work } from './wanted-files.ts';

const BUNDLE = (['autopilot-runtime', 'autopilot-devcluster'] as const).map((name): BundledPackage => ({
  name,
  path: `vendor/${name}-1.0.0-0123456789.tgz`,
  specifier: `file:vendor/${name}-1.0.0-0123456789.tgz`,
  contents: Buffer.from(name),
}));

describe('The files that a project shall have', () => {
  const work = (settings: Work['settings']): Work => ({
    folder: join(tmpdir(), 'nowhere'),
    project: projectFixture({}),
    texts: { 'autopilot.yaml': { text: 'text', from: null } },
    settings,
    edits: [],
  });
  const wanted = async (settings: Work['settings'], bundle = BUNDLE) => {
    const files = await wantedFiles(work(settings), Promise.resolve(bundle));
    const packageJson = files.find(({ path }) => path === 'package.json')?.contents.toString() ?? '';
    return { paths: files.map(({ path }) => path).filter((path) => path.startsWith('vendor/')), packageJson };
  };

  it('are the bundled packages, and package.json asks for them', async () => {
    const { paths, packageJson } = await wanted({});
    assert.deepEqual(
      paths,
      BUNDLE.map(({ path }) => path),
    );
    for (const { specifier } of BUNDLE) assert.ok(packageJson.includes(specifier));
  });

  it('are no tarballs of packages that come from elsewhere', async () => {
    const { paths, packageJson } = await wanted({ runtime: '^1.2.3' });
    assert.deepEqual(paths, ['vendor/autopilot-devcluster-1.0.0-0123456789.tgz']);
    assert.match(packageJson, /"autopilot-runtime": "\^1\.2\.3"/);
  });

  it('cannot be told where a package comes from nowhere', async () => {
    await assert.rejects(wanted({ runtime: '*' }, []), /--devcluster: .* does not carry .* \(ERR_AP_NO_BUNDLE\)/);
  });
});
