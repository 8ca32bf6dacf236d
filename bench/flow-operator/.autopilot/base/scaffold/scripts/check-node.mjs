// The first thing of every script: on an older Node nothing else here would fail in a way that says why.
import { readFileSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const { engines } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
if (!(major === 22 && minor >= 19) && !(major === 24 && minor >= 11) && major <= 24) {
  console.error(
    `This project needs Node ${engines.node}, and this is Node ${process.versions.node}.`,
  );
  process.exit(1);
}
