/**
 * Asked before anything else by each generator and by `ap`: on an older Node, Yeoman fails inside an import with words that
 * tell nobody what to do. No dependencies, and nothing that Node 18 does not know.
 */
import { readFileSync } from 'node:fs';

/** The requirement of yeoman-generator and undici: `^22.19.0 || >=24.11.0`. */
export function fits(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major > 24;
}

export function tooOld(version: string, required: string): string {
  return (
    `generator-autopilot needs Node ${required}, and this is Node ${version}. ` +
    'Install a newer one from https://nodejs.org and run the command again.'
  );
}

function required(): string {
  // One folder further up in the published package, where the compiled file is below dist/.
  for (const path of ['../package.json', '../../package.json']) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (hasEngines(manifest)) return manifest.engines.node;
    } catch {
      // Not there: the next one is.
    }
  }
  return '^22.19.0 || >=24.11.0';
}

function hasEngines(manifest: unknown): manifest is { engines: { node: string } } {
  return typeof manifest === 'object' && manifest !== null && 'engines' in manifest;
}

/** Ends the process with one sentence where Node is too old. */
export function requireNode(): void {
  if (fits(process.versions.node)) return;
  console.error(tooOld(process.versions.node, required()));
  process.exit(1);
}
