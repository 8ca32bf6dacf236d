import { PACKAGE_MANAGERS } from '../../project/code/settings.ts';
import type { Questions } from '../questions/question.ts';
import { MESHES } from '../stored-settings.ts';

export const PHASE_SETS = ['default', 'none'] as const;
export const SCOPES = ['Namespaced', 'Cluster'] as const;

/** What a new project is asked about, in this order; each is an option, too. */
export const APP_QUESTIONS = {
  directory: { type: 'text', message: 'Folder of the project', placeholder: 'dir', positional: true, preset: '.' },
  kind: {
    type: 'text',
    message: 'Kind of the custom resource, such as AutoRoute',
    placeholder: 'Kind',
    preset: 'Example',
  },
  group: { type: 'text', message: 'API group, a domain of yours', placeholder: 'domain', preset: 'examples.io' },
  version: { type: 'text', message: 'API version', placeholder: 'version', preset: 'v1' },
  operatorName: { type: 'text', message: 'Name of the operator', placeholder: 'name' },
  scope: { type: 'choice', message: 'Scope of the custom resource', choices: SCOPES, preset: 'Namespaced' },
  mesh: { type: 'choice', message: 'Service mesh', choices: MESHES, preset: 'none' },
  phases: {
    type: 'choice',
    message: 'Phases to begin with (Initializing, Processing, Finished)',
    choices: PHASE_SETS,
    preset: 'default',
  },
  finalizer: { type: 'flag', message: 'A finalizer, that runs before a resource is deleted', preset: false },
  packageManager: { type: 'choice', message: 'Package manager', choices: PACKAGE_MANAGERS, preset: 'npm' },
  install: { type: 'flag', message: 'Install the packages', preset: true },
} as const satisfies Questions;

/** Options without a question: what a newcomer need not know of. */
export const APP_OPTIONS = {
  onSpecChange: {
    type: 'text',
    message: 'Phase to go to when the spec of a resource in a final phase changes; empty: to none',
    placeholder: 'Phase',
  },
  onOutputDrift: {
    type: 'text',
    message: "Phase to go to when somebody changes an earlier phase's output; empty: to none",
    placeholder: 'Phase',
  },
  runtime: {
    type: 'text',
    message: 'npm specifier of autopilot-runtime, instead of the bundled package',
    placeholder: 'spec',
  },
  devcluster: {
    type: 'text',
    message: 'npm specifier of autopilot-devcluster, instead of the bundled package',
    placeholder: 'spec',
  },
} as const satisfies Questions;
