// `npm run examples`: makes the projects in examples/ and the benchmark's again with the generators, from the files in them that are a user's own.
// A test fails where they differ from what the generators would make now; it names files too that they make no longer.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { scaffold } from '../examples/autorouter/show/scaffold.ts';
import { EXAMPLES } from './example-recipes.ts';

const ROOT = join(import.meta.dirname, '..');

for (const [folder, recipe] of Object.entries(EXAMPLES)) {
  const example = join(ROOT, folder);
  /** Below the clone, where packages are found. */
  const made = join(ROOT, '.work', folder);
  console.log(folder);
  await scaffold(made, example, (line) => console.log(line), recipe);
  cpSync(made, example, { recursive: true });
  rmSync(made, { recursive: true });
}
