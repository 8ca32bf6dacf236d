import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { OPERATOR_CONFIG_FIELDS } from '../../runtime/config/fields.ts';
import { describeProblem } from '../errors.ts';
import type { Project } from '../model.ts';
import { loadProject } from './load.ts';

/** The two operators that the documentation of 2019 builds, in its two files. */
const AUTOROUTE = `
kind: AutoRoute
apiVersion: examples.io/v1
operatorName: autoroute-operator
phases:
  - name: Initializing
    description: Resources are being prepared
    initial: true
  - name: Syncing
    description: |
      Services, gateways and virtual services
      are made for the selected deployments
    inputs:
      - deployments
    outputs:
      - services
      - virtualservices
      - gateways
  - name: Ready
    description: Waiting for deployments to change
    inputs:
      - deployments
enableFinalizer: true
`;

const CANARY = `
apiVersion: autopilot.examples.io/v1
kind: CanaryDeployment
operatorName: canary-operator
phases:
  - { name: Initializing, initial: true, inputs: [deployments], outputs: [deployments, services, virtualservices] }
  - { name: Waiting, inputs: [deployments, virtualservices], outputs: [deployments, virtualservices] }
  - { name: Evaluating, inputs: [metrics, virtualservices], outputs: [virtualservices] }
  - { name: Promoting, inputs: [deployments, virtualservices], outputs: [deployments, virtualservices] }
  - { name: RollBack, inputs: [deployments, virtualservices], outputs: [deployments, virtualservices] }
queries:
  - name: success-rate
    queryTemplate: |
      sum(rate(requests_total{namespace="{{ .Namespace }}", name=~"{{.Name}}"}[{{ .Interval }}]))
    parameters: [Namespace, Name, Interval]
  - name: up_time
    queryTemplate: sum(up)
customParameters:
  - lowerName: trafficsplits
    singleName: TrafficSplit
    pluralName: TrafficSplits
    importPrefix: smiv1alpha2
    package: github.com/deislabs/smi-sdk-go/pkg/apis/split/v1alpha2
    apiGroup: split.smi-spec.io
    isCrd: true
  - lowerName: endpointslicesv1beta1
    singleName: EndpointSlice
    pluralName: EndpointSlices
    package: k8s.io/api/discovery/v1beta1
    apiGroup: discovery.k8s.io
`;

const OPERATOR = `
version: 0.0.1
meshProvider: Istio
controlPlaneNs: istio-system
workInterval: 5s
metricsAddr: :9091
enableLeaderElection: true
watchNamespace: ""
leaderElectionNamespace: ""
logLevel: 1
`;

function load(autopilot: string, operator?: string): Project {
  const { project, problems } = loadProject({
    autopilot: { file: 'autopilot.yaml', text: autopilot },
    ...(operator !== undefined && { operator: { file: 'autopilot-operator.yaml', text: operator } }),
  });
  assert.deepEqual(problems.map(describeProblem), []);
  assert.ok(project);
  return project;
}

const names = (uses: readonly { parameter: { name: string } }[]) => uses.map(({ parameter }) => parameter.name);

describe('projects of 2019', () => {
  it('load: AutoRoute', () => {
    const { kind, group, version, plural, singular, operatorName, enableFinalizer, phases, scope } = load(
      AUTOROUTE,
      OPERATOR,
    );
    assert.deepEqual(
      [kind, group, version, plural, singular, operatorName, enableFinalizer, scope],
      ['AutoRoute', 'examples.io', 'v1', 'autoroutes', 'autoroute', 'autoroute-operator', true, 'Namespaced'],
    );
    assert.deepEqual(
      phases.map(({ name, description, initial, final, inputs, outputs }) => [
        name,
        description,
        initial,
        final,
        names(inputs),
        names(outputs),
      ]),
      [
        ['Initializing', 'Resources are being prepared', true, false, [], []],
        [
          'Syncing',
          'Services, gateways and virtual services are made for the selected deployments',
          false,
          false,
          ['deployments'],
          ['services', 'virtualservices', 'gateways'],
        ],
        ['Ready', 'Waiting for deployments to change', false, false, ['deployments'], []],
      ],
    );
  });

  it('load: CanaryDeployment, with parameters and queries of its own', () => {
    const { phases, queries, customParameters, parameters } = load(CANARY, OPERATOR);
    assert.deepEqual(
      phases.flatMap(({ inputs }) => names(inputs)).filter((name) => name === 'metrics'),
      ['metrics'],
    );
    assert.deepEqual(
      queries.map(({ name, method, parameters: own }) => [name, method, own.length]),
      [
        ['istio-success-rate', 'getIstioSuccessRate', 3],
        ['istio-request_duration', 'getIstioRequestDuration', 3],
        ['envoy-success-rate', 'getEnvoySuccessRate', 3],
        ['envoy-request-duration', 'getEnvoyRequestDuration', 3],
        ['success-rate', 'getSuccessRate', 3],
        ['up_time', 'getUpTime', 0],
      ],
    );
    assert.deepEqual(customParameters, [
      {
        type: 'resource',
        name: 'trafficsplits',
        key: 'trafficSplits',
        group: 'split.smi-spec.io',
        version: 'v1alpha2',
        kind: 'TrafficSplit',
        plural: 'trafficsplits',
        namespaced: true,
        isCrd: true,
      },
      {
        type: 'resource',
        name: 'endpointslicesv1beta1',
        key: 'endpointslicesv1beta1',
        group: 'discovery.k8s.io',
        version: 'v1beta1',
        kind: 'EndpointSlice',
        plural: 'endpointslices',
        namespaced: true,
      },
    ]);
    assert.equal(parameters.get('trafficsplits'), customParameters[0]);
    assert.ok(parameters.get('pods'));
  });

  it('load: kinds that were not built in yet, in the version that they declare', () => {
    const { customParameters, phases } = load(
      AUTOROUTE.replace('- services', '- secrets\n      - ingresses\n      - podsecuritypolicies').replace(
        'inputs:',
        'inputs:\n      - namespaces',
      ) +
        `customParameters:
  - { lowerName: secrets, singleName: Secret, pluralName: Secrets, importPrefix: corev1, package: k8s.io/api/core/v1, apiGroup: "", isCrd: false }
  - { lowerName: namespaces, singleName: Namespace, pluralName: Namespaces, package: k8s.io/api/core/v1 }
  - { lowerName: ingresses, singleName: Ingress, package: k8s.io/api/networking/v1beta1, apiGroup: networking.k8s.io }
  - { lowerName: podsecuritypolicies, singleName: PodSecurityPolicy, package: k8s.io/api/policy/v1beta1, apiGroup: policy }
`,
    );
    assert.deepEqual(names(phases[1]?.outputs ?? []).slice(0, 3), ['secrets', 'ingresses', 'podsecuritypolicies']);
    assert.deepEqual(
      customParameters.map(
        (parameter) =>
          parameter.type === 'resource' && [
            parameter.key,
            parameter.version,
            parameter.namespaced,
            parameter.types?.name,
          ],
      ),
      [
        ['secrets', 'v1', true, 'ISecret'],
        ['namespaces', 'v1', false, 'INamespace'],
        ['ingresses', 'v1beta1', true, undefined],
        ['podSecurityPolicies', 'v1beta1', true, undefined],
      ],
    );
  });

  it('take enum values by number and by name', () => {
    for (const [index, level] of OPERATOR_CONFIG_FIELDS.logLevel.values.entries()) {
      assert.equal(load(AUTOROUTE, `logLevel: ${index}`).operator.logLevel, level);
      assert.equal(load(AUTOROUTE, `logLevel: ${level}`).operator.logLevel, level);
    }
    assert.equal(load(AUTOROUTE, 'meshProvider: 1').operator.meshProvider, 'Custom');
    assert.equal(load(AUTOROUTE, 'meshProvider: Custom').operator.meshProvider, 'Custom');
  });

  it('take durations as Go writes them', () => {
    for (const text of ['5s', '1m30s', '1.5h', '300ms', '1500us', '1h0m0s']) {
      assert.equal(load(AUTOROUTE, `workInterval: ${text}`).operator.workInterval, text);
    }
  });

  it('have the defaults of the table where the second file says nothing', () => {
    for (const operator of [undefined, '', '# nothing\n', 'version:\n']) {
      assert.deepEqual(load(AUTOROUTE, operator).operator, {
        version: '0.0.1',
        meshProvider: 'Istio',
        controlPlaneNs: 'istio-system',
        metricsAddr: ':9091',
        metricsSecure: false,
        metricsCertDir: '',
        healthAddr: ':8081',
        profilingAddr: '',
        enableLeaderElection: true,
        leaderElectionNamespace: '',
        watchNamespace: '',
        logLevel: 'Info',
        concurrency: 20,
      });
    }
    const settings = new Set(Object.keys(load(AUTOROUTE, 'workInterval: 1s\nlogFormat: json\n').operator));
    assert.deepEqual(
      Object.keys(OPERATOR_CONFIG_FIELDS).filter((key) => !settings.has(key)),
      ['config'],
    );
  });
});

describe('a project', () => {
  const phases = 'phases:\n  - { name: Start, initial: true, next: [Start, Work] }\n';

  it('has names for its CRD, derived or given', () => {
    const derived = load(
      `kind: HTTPProxy\napiVersion: a.io/v1beta2\noperatorName: x\nphases: [{ name: Start, initial: true }]\n`,
    );
    assert.deepEqual(
      [derived.plural, derived.singular, derived.shortNames, derived.version],
      ['httpproxies', 'httpproxy', [], 'v1beta2'],
    );
    const given = load(
      `kind: Sheep\napiVersion: a.io/v1\noperatorName: x\nplural: sheep\nshortNames: [sh]\ncategories: [all]\nscope: Cluster\nphases: [{ name: Start, initial: true }]\n`,
    );
    assert.deepEqual(
      [given.plural, given.shortNames, given.categories, given.scope],
      ['sheep', ['sh'], ['all'], 'Cluster'],
    );
  });

  it('has every key of a phase', () => {
    const project = load(`
kind: A
apiVersion: a.io/v1
operatorName: x
onSpecChange: Work
onOutputDrift: Work
${phases}  - name: Work
    inputs:
      - { name: pods, namespace: any, metadataOnly: true, selector: { matchLabels: { app: x }, matchExpressions: [{ key: a.b/c, operator: NotIn, values: [d, ''] }] } }
      - nodes
      - configmaps
    outputs:
      - { name: configmaps, namespace: own, metadataOnly: true, replace: false }
      - { name: services, replace: true }
    patches: [services, { name: nodes, force: true }, { name: secrets, force: false }]
    next: [Safe, Done]
    interval: 1m30s
    timeout: 10s
    rollback: false
    adopt: true
    renamedFrom: Working
  - { name: Safe, rollback: true, outputs: [services] }
  - { name: Done, final: true, ready: false, renamedFrom: [Finished, done], inputs: [], next: [] }
rbac:
  - { apiGroups: [''], resources: ['*'], verbs: ['*'] }
transitions: 3
finalizer: { inputs: [], outputs: }
`);
    const [start, work, safe, done] = project.phases;
    assert.deepEqual(start?.next, ['Work']);
    assert.deepEqual(
      work?.inputs.map(({ parameter, namespace, metadataOnly, selector }) => [
        parameter.name,
        namespace,
        metadataOnly,
        selector,
      ]),
      [
        [
          'pods',
          'any',
          true,
          { matchLabels: { app: 'x' }, matchExpressions: [{ key: 'a.b/c', operator: 'NotIn', values: ['d', ''] }] },
        ],
        ['nodes', 'any', false, undefined],
        ['configmaps', 'own', false, undefined],
      ],
    );
    assert.deepEqual(
      work?.outputs.map(({ parameter, metadataOnly, replace }) => [parameter.name, metadataOnly, replace]),
      [
        ['configmaps', true, false],
        ['services', undefined, true],
      ],
    );
    assert.deepEqual(
      [work?.next, work?.interval, work?.timeout, work?.adopt, work?.renamedFrom],
      [['Safe', 'Done'], '1m30s', '10s', true, ['Working']],
    );
    assert.deepEqual([work?.rollback, safe?.rollback, safe?.outputs[0]?.replace], [false, true, false]);
    assert.deepEqual(
      [done?.final, done?.ready, done?.renamedFrom, done?.inputs],
      [true, false, ['Finished', 'done'], []],
    );
    assert.deepEqual([project.onSpecChange, project.onOutputDrift], ['Work', 'Work']);
    assert.deepEqual(project.rbac, [{ apiGroups: [''], resources: ['*'], verbs: ['*'] }]);
  });

  it('reads any namespace where its resource has none', () => {
    const project = load(
      `kind: A\napiVersion: a.io/v1\noperatorName: x\nscope: Cluster\nphases: [{ name: Start, initial: true, inputs: [pods], outputs: [namespaces, { name: pods, namespace: any }] }]\n`,
    );
    assert.equal(project.phases[0]?.inputs[0]?.namespace, 'any');
    assert.deepEqual(names(project.phases[0]?.outputs ?? []), ['namespaces', 'pods']);
  });

  it('has kinds of its own, typed by a module or untyped', () => {
    const { customParameters } = load(`
kind: A
apiVersion: a.io/v1
operatorName: x
phases: [{ name: Start, initial: true, inputs: [foos, bars, smiGateways, pluses] }]
customParameters:
  - { lowerName: foos, singleName: Foo, version: v1, types: ./src/api/foo.ts#MyFoo }
  - { lowerName: bars, singleName: Bar, version: v2, apiGroup: bar.io, scope: Cluster, types: some-package/v1 }
  - { lowerName: smiGateways, singleName: Gateway, pluralName: Gateways, version: v1, apiGroup: smi.io, types: '@kubernetes-models/smi/split/v1/Gateway' }
  - { lowerName: pluses, singleName: Plus, package: k8s.io/api/core/v1, types: kubernetes-models/v1/Pod#IPod }
`);
    assert.deepEqual(
      customParameters.map(
        (parameter) =>
          parameter.type === 'resource' && [parameter.key, parameter.plural, parameter.namespaced, parameter.types],
      ),
      [
        ['foos', 'foos', true, { module: './src/api/foo.ts', name: 'MyFoo' }],
        ['bars', 'bars', false, { module: 'some-package/v1', name: 'Bar' }],
        ['smiGateways', 'gateways', true, { module: '@kubernetes-models/smi/split/v1/Gateway', name: 'IGateway' }],
        [
          'pluses',
          'pluses',
          true,
          {
            module: 'kubernetes-models/v1/Pod',
            name: 'IPod',
            dependency: { name: 'kubernetes-models', range: '^5.1.0' },
          },
        ],
      ],
    );
  });

  it('knows which kinds no cluster has by itself', () => {
    const { customParameters } = load(`
kind: A
apiVersion: a.io/v1
operatorName: x
phases: [{ name: Start, initial: true }]
customParameters:
  - { lowerName: foos, singleName: Foo, version: v1, apiGroup: foo.io }
  - { lowerName: bars, singleName: Bar, version: v1, apiGroup: foo.io, isCrd: true }
  - { lowerName: aggregated, singleName: Aggregated, version: v1, apiGroup: foo.io, isCrd: false }
  - { lowerName: oldCronJobs, singleName: CronJob, pluralName: CronJobs, version: v1beta1, apiGroup: batch }
  - { lowerName: oldGateways, singleName: Gateway, pluralName: Gateways, version: v1alpha3, apiGroup: networking.istio.io, isCrd: true }
`);
    assert.deepEqual(
      customParameters.map((parameter) => [parameter.name, parameter.type === 'resource' && parameter.isCrd]),
      [
        ['foos', true],
        ['bars', true],
        ['aggregated', false],
        ['oldCronJobs', undefined],
        ['oldGateways', undefined],
      ],
    );
  });

  it('may write rights where it declares its own', () => {
    const project = load(
      `kind: A\napiVersion: a.io/v1\noperatorName: x\nphases: [{ name: Start, initial: true, outputs: [roles] }]\nrbac: [{ apiGroups: [rbac.authorization.k8s.io], resources: [roles], verbs: [escalate] }]\n`,
    );
    assert.deepEqual(names(project.phases[0]?.outputs ?? []), ['roles']);
  });

  it('may use anchors', () => {
    const project = load(
      `kind: A\napiVersion: a.io/v1\noperatorName: x\nphases:\n  - { name: Start, initial: true, inputs: &kinds [pods, services] }\n  - { name: Next, inputs: *kinds, outputs: *kinds }\n`,
    );
    assert.deepEqual(names(project.phases[1]?.outputs ?? []), ['pods', 'services']);
  });

  it('may have phases that are reached by drift or a changed spec only', () => {
    load(
      `kind: A\napiVersion: a.io/v1\noperatorName: x\nonOutputDrift: Repair\nonSpecChange: Update\nphases:\n  - { name: Start, initial: true, next: [Done] }\n  - { name: Done, final: true }\n  - { name: Repair, next: [] }\n  - { name: Update, next: [Done] }\n`,
    );
  });
});
