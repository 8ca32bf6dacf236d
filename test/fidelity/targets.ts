/** What random sequences are sent to. */
import type { JsonObject } from '../../devcluster/schema/json.ts';
import { BuiltInStore, comparableBuiltin, kindOf } from './built-in.ts';
import { API_VERSION, comparable, DEFINITION, SampleStore } from './custom-resource.ts';
import { DEPLOYMENTS } from './random-deployments.ts';
import { CROWDED_SAMPLES, SAMPLES } from './random-samples.ts';
import { CONFIG_MAPS, SERVICES } from './random-services.ts';
import type { Generator } from './random-steps.ts';
import type { RealServer } from './real-server.ts';
import type { Outcome, Step } from './steps.ts';

export interface Target {
  /** The path of the real server's collection. */
  readonly collection: string;
  readonly generator: Generator;
  readonly store: () => { readonly stored: JsonObject | undefined; step(step: Step, now: string): Outcome };
  /** An object of the real server, without what only one server has. */
  readonly comparable: (object: JsonObject) => JsonObject;
  readonly install?: (server: RealServer) => Promise<void>;
}

const SAMPLE_COLLECTION = `/apis/${API_VERSION}/namespaces/default/samples`;

export const TARGETS: ReadonlyMap<string, Target> = new Map([
  [
    'samples',
    { collection: SAMPLE_COLLECTION, generator: SAMPLES, store: () => new SampleStore(), comparable, install },
  ],
  [
    'crowded-samples',
    { collection: SAMPLE_COLLECTION, generator: CROWDED_SAMPLES, store: () => new SampleStore(), comparable, install },
  ],
  ['deployments', builtIn('/apis/apps/v1/namespaces/default/deployments', DEPLOYMENTS)],
  ['services', builtIn('/api/v1/namespaces/default/services', SERVICES)],
  ['configmaps', builtIn('/api/v1/namespaces/default/configmaps', CONFIG_MAPS)],
]);

function builtIn(collection: string, generator: Generator): Target {
  const kind = kindOf({ apiVersion: generator.apiVersion, kind: generator.kind });
  return { collection, generator, store: () => new BuiltInStore(kind), comparable: comparableBuiltin };
}

async function install(server: RealServer): Promise<void> {
  await server.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', DEFINITION);
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await server.send('GET', SAMPLE_COLLECTION)).code === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the definition was not established');
}
