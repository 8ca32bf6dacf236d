/**
 * A validated project: what both YAML files say, with every default filled in and every name resolved. All renderers work from
 * this and nothing else. Made by `config/load.ts`.
 */
export interface Project {
  readonly kind: string;
  readonly group: string;
  readonly version: string;
  /** Lower-case plural of the kind, as in URLs and the CRD's name. */
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly scope: 'Namespaced' | 'Cluster';
  readonly operatorName: string;
  readonly phases: readonly Phase[];
  readonly enableFinalizer: boolean;
  /** What the project's own finalizer reads and makes. */
  readonly finalizer: Pick<Phase, 'inputs' | 'outputs'>;
  readonly onSpecChange?: string;
  readonly onOutputDrift?: string;
  /** How many past transitions the status keeps. */
  readonly transitions: number;
  /** Further rules for the operator's role. */
  readonly rbac: readonly PolicyRule[];
  /** All parameters that phases can name: the catalogue's and the project's own, by name. */
  readonly parameters: ReadonlyMap<string, Parameter>;
  /** The project's own parameters, in the file's order. */
  readonly customParameters: readonly Parameter[];
  /** Built-in queries and the project's own. */
  readonly queries: readonly Query[];
  readonly operator: OperatorSettings;
}

export interface Phase {
  /** UpperCamelCase, as in `status.phase`. */
  readonly name: string;
  /** Without line breaks; '' where the file has none. */
  readonly description: string;
  readonly initial: boolean;
  readonly final: boolean;
  readonly inputs: readonly Input[];
  readonly outputs: readonly Output[];
  /** Kinds in whose objects, which are others', the worker sets fields. */
  readonly patches: readonly Patch[];
  /** Absent: any phase. Never holds the phase itself, which is always allowed. */
  readonly next?: readonly string[];
  /** As written, e.g. `1m30s`. */
  readonly interval?: string;
  readonly timeout?: string;
  readonly ready?: boolean;
  readonly adopt: boolean;
  /** Undo the outputs of a run of which one fails. */
  readonly rollback: boolean;
  readonly renamedFrom: readonly string[];
}

/** A resource type that phases can read or write, or the `metrics` client. */
export type Parameter = ResourceParameter | MetricsParameter;

export interface ResourceParameter {
  readonly type: 'resource';
  /** The name in YAML: `virtualservices`. */
  readonly name: string;
  /** The name in TypeScript: `virtualServices`. */
  readonly key: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /**
   * Present for a kind that no cluster brings, so that the embedded one is given it from `crds/`. Whether its vendor's
   * CustomResourceDefinition makes it; else an API server of the vendor's does.
   */
  readonly isCrd?: boolean;
  /** Where its TypeScript interface comes from; absent: untyped. */
  readonly types?: TypeImport;
}

export interface MetricsParameter {
  readonly type: 'metrics';
  readonly name: 'metrics';
  readonly key: 'metrics';
}

/** `import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService'`. */
export interface TypeImport {
  readonly module: string;
  readonly name: string;
  /** The npm package and range that a project needs for it; absent for a module of the project's own. */
  readonly dependency?: { readonly name: string; readonly range: string };
}

export interface Input {
  readonly parameter: Parameter;
  readonly selector?: Selector;
  readonly namespace: 'own' | 'any';
  readonly metadataOnly: boolean;
}

export interface Output {
  readonly parameter: ResourceParameter;
  readonly namespace: 'own' | 'any';
  /** Present where the project says so. Changes nothing: outputs are watched and kept as metadata in any case. */
  readonly metadataOnly?: boolean;
  /** Delete and create anew what the server refuses to change. */
  readonly replace: boolean;
}

export interface Patch {
  readonly parameter: ResourceParameter;
  /** Take over fields that are another manager's. */
  readonly force: boolean;
}

export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

/** `rbac.authorization.k8s.io/v1` PolicyRule. */
export interface PolicyRule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly verbs: readonly string[];
}

export interface Query {
  /** As in YAML: `istio-success-rate`. */
  readonly name: string;
  /** The client's method: `getIstioSuccessRate`. */
  readonly method: string;
  /** What it answers, with its unit. */
  readonly description?: string;
  /** PromQL with `{{ .Name }}` placeholders. */
  readonly template: string;
  readonly parameters: readonly string[];
}

/** `autopilot-operator.yaml` with its defaults; see `runtime/config/fields.ts` for each key. */
export interface OperatorSettings {
  readonly version: string;
  readonly meshProvider: 'Istio' | 'Custom';
  readonly controlPlaneNs: string;
  readonly workInterval?: string;
  readonly metricsAddr: string;
  readonly metricsSecure: boolean;
  readonly metricsCertDir: string;
  readonly healthAddr: string;
  readonly profilingAddr: string;
  readonly enableLeaderElection: boolean;
  readonly leaderElectionNamespace: string;
  readonly watchNamespace: string;
  readonly logLevel: string;
  readonly logFormat?: 'json' | 'pretty';
  readonly concurrency: number;
  /** The user's own settings; present where the file has the key. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** One thing that is wrong with a project, or with what a user typed. */
export interface Problem {
  /** Stable, `ERR_AP_…`. */
  readonly code: string;
  /** The file, as the user would name it; absent for options of a command. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  /** `phases[1].inputs[0].name`, or the option's name. */
  readonly path?: string;
  /** What is wrong: one sentence. */
  readonly message: string;
  /** What to do: one sentence. */
  readonly remedy: string;
}
