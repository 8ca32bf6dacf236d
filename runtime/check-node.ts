/**
 * The first import of the package's entries: on an older Node the others fail while they are being read, with words that tell
 * nobody what to do. Imports nothing, and uses nothing that Node 18 does not know.
 */
const REQUIRED = '^22.19.0 || >=24.11.0';

/** Whether `version` is one that package.json asks for under `engines`. */
export function fits(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 22 && minor >= 19) || (major === 24 && minor >= 11) || major > 24;
}

if (!fits(process.versions.node)) {
  const message = `autopilot-runtime needs Node ${REQUIRED}, and this is Node ${process.versions.node}: install a newer one from https://nodejs.org.`;
  // Without a stack: where it was thrown says nothing.
  throw Object.assign(new Error(message), { code: 'ERR_AP_NODE', stack: message });
}
