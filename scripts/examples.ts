// `npm run examples`: makes the projects in examples/ again with the generators, from the files in them that are a user's own.
// A test fails where they differ from what the generators would make now; it names files too that they make no longer.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { scaffold } from '../examples/autorouter/show/scaffold.ts';

const ROOT = join(import.meta.dirname, '..');
const EXAMPLE = join(ROOT, 'examples', 'autorouter');
/** Below the clone, where packages are found. */
const MADE = join(ROOT, '.work', 'examples', 'autorouter');

await scaffold(MADE, EXAMPLE, (line) => console.log(line));
cpSync(MADE, EXAMPLE, { recursive: true });
rmSync(MADE, { recursive: true });
