import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Project } from '../../project/model.ts';
import { crd as crdManifest } from '../../project/manifests/objects.ts';
import { basePath } from '../../project/regeneration/base.ts';
import { decide } from '../../project/regeneration/decide.ts';
import { mergeTexts } from '../../project/regeneration/merge/merge.ts';
import type { CustomResourceDefinition } from '../../runtime/crd/crd.ts';
import { CRD_FILE } from './former-crd.ts';

/** The manifest as `ap generate` would leave it: of the schemas, with what the user edited in it. Conflicts count as the schemas have it. */
export async function nextCrdText(folder: string, project: Project, crd: CustomResourceDefinition): Promise<string> {
  const next = crdManifest(project, crd);
  const [disk, base] = await Promise.all(
    [CRD_FILE, basePath('generated', CRD_FILE)].map((path) =>
      readFile(join(folder, path), 'utf8').catch(() => undefined),
    ),
  );
  const decision = decide({ owner: 'generated', required: true, base, disk, next });
  if (disk === undefined || decision === 'write' || decision === 'ask') return next;
  if (decision !== 'merge') return disk;
  const { text, conflicts } = mergeTexts(CRD_FILE, { base, user: disk, next });
  return conflicts.length > 0 ? next : text;
}
