import { buildPrograms, hasGo } from './kubernetes/programs.ts';
import { findPrometheus } from './prometheus/program.ts';

/** Two files need it, which may run side by side: both would install it. */
const NEEDS_PROMETHEUS = /(?:\*|metrics|dashboards)\.test\.ts$/;

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
  if (process.argv.some((word) => /real\//.test(word) && NEEDS_PROMETHEUS.test(word))) findPrometheus(console.log);
}
