import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { load } from 'js-yaml';
import { findProject, readProject } from '../../project/config/files.ts';
import type { Project } from '../../project/model.ts';
import { parseDuration } from '../../runtime/config/duration.ts';
import { keyOf } from '../../runtime/kube/paths.ts';
import type { ResourceType } from '../../runtime/kube/types.ts';
import { Cluster } from '../cluster/cluster.ts';
import type { CommandEnvironment } from '../cluster/command-environment.ts';
import { listAt, textAt } from '../cluster/fields.ts';
import type { Candidate, Candidates, Place, Values } from './candidates.ts';
import { NAMESPACES } from '../cluster/kinds.ts';

/** Who waits for a word waits no longer than this for a cluster, unless `AP_COMPLETION_TIMEOUT` says otherwise. */
const PATIENCE_MS = 3000;
/** What can stand at a place, by the name of the option or argument. */
const SOURCES: Readonly<Record<string, (place: Place, environment: CommandEnvironment) => Promise<Candidates>>> = {
  '--context': (_, environment) => contexts(environment),
  '--namespace': (place, environment) => namespaces(place, environment),
  '--target-namespace': (place, environment) => namespaces(place, environment),
  '--resource': (place, environment) => resources(place, environment),
  resource: async (place, environment) => {
    const found = await resources(place, environment);
    if (place.command !== 'diff') return found;
    // It takes the name alone, and -n.
    const names = found.map(({ value }) => value.slice(value.indexOf('/') + 1));
    return [...new Set(names)].map((value) => ({ value, description: '' }));
  },
  '--phase': (_, environment) => phases(environment),
  '--from': (_, environment) => phases(environment),
  '--next': (_, environment) => phases(environment),
  '--on-spec-change': (_, environment) => phases(environment),
  '--on-output-drift': (_, environment) => phases(environment),
  '--inputs': (_, environment) => parameters(environment),
  '--outputs': (_, environment) => parameters(environment),
  '--patches': (_, environment) => parameters(environment),
  '--watch-namespace': (place, environment) => namespaces(place, environment),
  '--leader-election-namespace': (place, environment) => namespaces(place, environment),
  '--control-plane-ns': (place, environment) => namespaces(place, environment),
  '--overlay': (_, environment) => overlays(environment),
  '--output-dir': () => Promise.resolve('directories'),
  dir: () => Promise.resolve('directories'),
};

/**
 * Values for the places of `ap`'s program: contexts of the kubeconfig, what a cluster has, what the project says. What cannot be looked at
 * gives none: nobody wants to read of a broken connection while typing.
 */
export function valuesFrom(environment: CommandEnvironment): Values {
  return async (place) => {
    try {
      return (await SOURCES[place.name]?.(place, environment)) ?? [];
    } catch {
      return [];
    }
  };
}

/** Names of options and arguments that something is known for. */
export const KNOWN_PLACES: readonly string[] = Object.keys(SOURCES);

async function contexts({ env }: CommandEnvironment): Promise<readonly Candidate[]> {
  const named = env['KUBECONFIG']?.split(delimiter).filter((file) => file !== '') ?? [];
  const files = named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
  const documents = await Promise.all(
    files.filter((file) => existsSync(file)).map(async (file) => load(await readFile(file, 'utf8'))),
  );
  const found = documents.flatMap((document) => listAt(document, 'contexts'));
  const described = found.map((each) => [textAt(each, 'name'), textAt(each, 'context', 'cluster')] as const);
  return [...new Map(described)].map(([value, cluster]) => ({ value, description: cluster }));
}

async function namespaces(place: Place, environment: CommandEnvironment): Promise<readonly Candidate[]> {
  const all = await listNames(place, environment, NAMESPACES, undefined);
  return all.map((value) => ({ value, description: '' }));
}

async function resources(place: Place, environment: CommandEnvironment): Promise<readonly Candidate[]> {
  const project = await projectOf(environment);
  if (!project) return [];
  const { group, version, kind, plural, scope } = project;
  const type = { group, version, kind, plural, namespaced: scope === 'Namespaced' };
  const all = await listNames(place, environment, type, undefined).catch(() =>
    // Who may not list all may those of the operator's namespace.
    listNames(place, environment, type, place.given.get('--namespace') ?? project.operatorName),
  );
  return all.map((value) => ({ value, description: kind }));
}

async function listNames(
  { given }: Place,
  environment: CommandEnvironment,
  type: ResourceType,
  namespace: string | undefined,
): Promise<readonly string[]> {
  const context = given.get('--context');
  const over = new AbortController();
  const timer = environment.clock.after(patience(environment), () => over.abort(new Error('it takes too long')));
  const cluster = Cluster.connect(environment, context === undefined ? {} : { context }, {
    signal: over.signal,
    onWarning: () => undefined,
  });
  try {
    return (await cluster.list(type, namespace, { metadataOnly: true })).map(keyOf);
  } finally {
    timer.cancel();
    await cluster.close();
  }
}

const patience = ({ env }: CommandEnvironment): number =>
  parseDuration(env['AP_COMPLETION_TIMEOUT'] ?? '') ?? PATIENCE_MS;

async function phases(environment: CommandEnvironment): Promise<readonly Candidate[]> {
  const project = await projectOf(environment);
  return project?.phases.map(({ name, description }) => ({ value: name, description })) ?? [];
}

async function parameters(environment: CommandEnvironment): Promise<readonly Candidate[]> {
  const project = await projectOf(environment);
  return [...(project?.parameters.values() ?? [])].map((parameter) => ({
    value: parameter.name,
    description: parameter.type === 'resource' ? parameter.kind : '',
  }));
}

async function overlays({ cwd }: CommandEnvironment): Promise<readonly Candidate[]> {
  const folder = await findProject(cwd);
  if (folder === undefined) return [];
  const entries = await readdir(join(folder, 'deploy/overlays'), { withFileTypes: true });
  return entries.filter((each) => each.isDirectory()).map(({ name }) => ({ value: name, description: '' }));
}

async function projectOf({ cwd }: CommandEnvironment): Promise<Project | undefined> {
  const folder = await findProject(cwd);
  return folder === undefined ? undefined : (await readProject(folder, cwd)).project;
}
