import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'mocha';
import { GOOD } from './bad-inputs.fixture.test.ts';
import { findProject, readProject } from './files.ts';

describe('files of a project', () => {
  let root = '';

  before(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'autopilot-')));
    await mkdir(join(root, 'project/src/workers'), { recursive: true });
    await mkdir(join(root, 'folder/autopilot.yaml'), { recursive: true });
    await mkdir(join(root, 'windows'));
    await writeFile(join(root, 'project/autopilot.yaml'), GOOD);
    await writeFile(join(root, 'project/autopilot-operator.yaml'), 'logLevel: Loud\n');
    await writeFile(join(root, 'windows/autopilot.yaml'), `\uFEFF${GOOD.replaceAll('\n', '\r\n')}`);
  });

  after(() => rm(root, { recursive: true }));

  it('are found from any folder of the project', async () => {
    assert.equal(await findProject(join(root, 'project/src/workers')), join(root, 'project'));
    assert.equal(await findProject(join(root, 'project')), join(root, 'project'));
  });

  it('are not found beside or above it, nor in a folder of the file’s name', async () => {
    assert.equal(await findProject(root), undefined);
    assert.equal(await findProject(join(root, 'folder')), undefined);
  });

  it('are named as they are seen from where the user is', async () => {
    const { problems } = await readProject(join(root, 'project'), join(root, 'project/src'));
    assert.deepEqual(
      problems.map(({ file, code }) => [file, code]),
      [[join('..', 'autopilot-operator.yaml'), 'ERR_AP_UNKNOWN_VALUE']],
    );
  });

  it('come with their texts as they are on disk, for edits', async () => {
    const { project, problems, autopilot, operator } = await readProject(join(root, 'windows'), join(root, 'windows'));
    assert.deepEqual(problems, []);
    assert.equal(project?.kind, 'AutoRoute');
    assert.equal(autopilot?.text, `\uFEFF${GOOD.replaceAll('\n', '\r\n')}`);
    assert.equal(operator, undefined);
  });

  it('that are missing or unreadable are a problem like any other', async () => {
    const codes = async (folder: string) =>
      (await readProject(join(root, folder), root)).problems.map(({ code, file }) => [code, file]);
    assert.deepEqual(await codes('nowhere'), [['ERR_AP_PROJECT_MISSING', undefined]]);
    assert.deepEqual(await codes('folder'), [['ERR_AP_FILE_UNREADABLE', join('folder', 'autopilot.yaml')]]);
  });
});
