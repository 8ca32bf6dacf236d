import { buildPrograms, hasGo } from './kubernetes/programs.ts';

/** Before anything runs: the programs of the real control plane are there, or are built. */
export async function mochaGlobalSetup(): Promise<void> {
  try {
    await buildPrograms((line) => console.log(line));
  } catch (error) {
    if (hasGo() || process.env['CI']) throw error;
    console.log(
      `The tests against a real Kubernetes are skipped: ${error instanceof Error ? error.message : String(error)}`,
    );
    process.exit(0);
  }
}
