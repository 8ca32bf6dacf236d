import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** A folder of programs that stand for docker and its like, and the PATH with it in front. */
export class ImagePrograms {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<ImagePrograms> {
    return new ImagePrograms(await mkdtemp(join(tmpdir(), 'ap-image-')));
  }

  /** The machine's own programs come behind, where a docker may be among them. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, PATH: [this.folder, process.env['PATH']].join(delimiter) };
  }

  /** Nothing but the folder. */
  get alone(): NodeJS.ProcessEnv {
    return { PATH: `${delimiter}${this.folder}` };
  }

  async write(name: string, script: string): Promise<void> {
    await writeFile(join(this.folder, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(this.folder, name), 0o755);
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }
}
