import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProjectError } from '../../project/errors.ts';
import { findBuilder } from './builders.ts';
import { ImagePrograms } from './image-programs.fixture.ts';

describe('the program that builds and pushes images', () => {
  let programs: ImagePrograms;
  beforeEach(async () => void (programs = await ImagePrograms.create()));
  afterEach(() => programs.remove());

  it('is the first that is there and can be run, or the one that is asked for', async () => {
    await programs.write('podman', '');
    await programs.write('nerdctl', '');
    await writeFile(join(programs.folder, 'docker'), 'cannot be run');
    assert.equal(findBuilder(programs.alone, 'build'), 'podman');
    assert.equal(findBuilder(programs.alone, 'build', 'nerdctl'), 'nerdctl');
  });

  it('is missing with an error that names all and what to do', async () => {
    const messageOf = (...args: Parameters<typeof findBuilder>): string => {
      try {
        return findBuilder(...args);
      } catch (error) {
        assert.ok(error instanceof ProjectError);
        assert.equal(error.code, 'ERR_AP_NO_BUILDER');
        return error.message;
      }
    };
    assert.equal(
      messageOf(programs.alone, 'build'),
      'None of docker, podman, buildah, nerdctl is on the PATH to build with. Install one of them, or build the image from the Dockerfile by other means. (ERR_AP_NO_BUILDER)',
    );
    await programs.write('podman', '');
    assert.equal(
      messageOf(programs.alone, 'push', 'buildah'),
      'buildah is not on the PATH to push with. Install it, name another with --builder (docker, podman, nerdctl), or push the image by other means and leave out -p. (ERR_AP_NO_BUILDER)',
    );
  });
});
