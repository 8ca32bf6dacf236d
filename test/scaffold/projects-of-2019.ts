/** Both operators that the documentation of 2019 builds, with every field that its two files had. */
export const AUTOROUTE = `kind: AutoRoute
apiVersion: examples.io/v1
operatorName: autoroute-operator
phases:
  - name: Initializing
    description: Initializing the AutoRoute
    initial: true
  - name: Syncing
    description: Syncing the AutoRoute with Istio
    inputs:
      - deployments
    outputs:
      - services
      - virtualservices
      - gateways
  - name: Ready
    description: AutoRoute is ready
    inputs:
      - deployments
enableFinalizer: true
`;

export const CANARY = `apiVersion: autopilot.examples.io/v1
kind: CanaryDeployment
operatorName: canary-operator
enableFinalizer: true
phases:
  - { name: Initializing, initial: true, inputs: [deployments], outputs: [deployments, services, virtualservices] }
  - name: Waiting
    description: Waits for a new pod template
    inputs: [deployments, virtualservices]
    outputs: [deployments, virtualservices]
  - { name: Evaluating, inputs: [metrics, virtualservices], outputs: [virtualservices] }
  - { name: Promoting, inputs: [deployments, virtualservices], outputs: [deployments, virtualservices] }
  - { name: RollBack, inputs: [deployments, trafficsplits], outputs: [deployments, trafficsplits] }
  - { name: Done, final: true }
queries:
  - name: success-rate
    queryTemplate: |
      sum(rate(requests_total{namespace="{{ .Namespace }}", name=~"{{.Name}}"}[{{ .Interval }}]))
    parameters: [Namespace, Name, Interval]
customParameters:
  - lowerName: trafficsplits
    singleName: TrafficSplit
    pluralName: TrafficSplits
    importPrefix: smiv1alpha2
    package: github.com/deislabs/smi-sdk-go/pkg/apis/split/v1alpha2
    apiGroup: split.smi-spec.io
    isCrd: true
`;

/** The same with every field changed. */
export const OTHER = `apiVersion: other.io/v2
kind: Other
operatorName: other-operator
enableFinalizer: false
phases:
  - { name: Waiting, final: true, description: Another text }
  - { name: Evaluating, inputs: [virtualservices], outputs: [services] }
  - { name: Rolling, inputs: [deployments, splits], outputs: [deployments, splits] }
  - { name: Done, initial: true }
queries:
  - { name: error-rate, queryTemplate: 'sum(errors_total{name="{{ .Workload }}"})', parameters: [Workload] }
customParameters:
  - lowerName: splits
    singleName: Split
    pluralName: Splits
    importPrefix: splitv1
    package: github.com/other/split/v1
    apiGroup: split.other.io
    isCrd: false
`;

export const OPERATOR = `version: 0.0.1
meshProvider: 0
controlPlaneNs: istio-system
workInterval: 5s
metricsAddr: :9091
enableLeaderElection: true
watchNamespace: ""
leaderElectionNamespace: ""
logLevel: 1
`;
