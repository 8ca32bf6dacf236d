/**
 * The kinds that phases can name without further ado, API by API: every stored kind of Kubernetes 1.37 that is stable and can be
 * listed and watched, Istio's APIs and the Gateway API. Written as `key: 'Kind'`, where the key is the name
 * in TypeScript; its lower-case form is the name in YAML and the plural in URLs.
 */
export interface Api {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** The npm package with its types; absent where it has none yet, so that objects are untyped. */
  readonly types?: TypesPackage;
  /**
   * Put before each key and name, for an API whose names are taken: two kinds may have the same plural, and the name in YAML is
   * unique.
   */
  readonly prefix?: string;
  readonly namespaced?: Readonly<Record<string, string>>;
  readonly cluster?: Readonly<Record<string, string>>;
}

export interface TypesPackage {
  readonly name: string;
  /** The range that goes into a project's package.json. */
  readonly range: string;
}

export const KUBERNETES_TYPES: TypesPackage = { name: 'kubernetes-models', range: '^5.1.0' };
export const ISTIO_TYPES: TypesPackage = { name: '@kubernetes-models/istio', range: '^3.0.1' };
export const GATEWAY_API_TYPES: TypesPackage = { name: '@kubernetes-models/gateway-api', range: '^2.0.0' };

/** Packages that a project gets when it uses their types. */
export const TYPES_PACKAGES: readonly TypesPackage[] = [KUBERNETES_TYPES, ISTIO_TYPES, GATEWAY_API_TYPES];

export const APIS: readonly Api[] = [
  {
    group: '',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: {
      configMaps: 'ConfigMap',
      endpoints: 'Endpoints',
      events: 'Event',
      limitRanges: 'LimitRange',
      persistentVolumeClaims: 'PersistentVolumeClaim',
      pods: 'Pod',
      podTemplates: 'PodTemplate',
      replicationControllers: 'ReplicationController',
      resourceQuotas: 'ResourceQuota',
      secrets: 'Secret',
      serviceAccounts: 'ServiceAccount',
      services: 'Service',
    },
    cluster: {
      namespaces: 'Namespace',
      nodes: 'Node',
      persistentVolumes: 'PersistentVolume',
    },
  },
  {
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    cluster: {
      mutatingAdmissionPolicies: 'MutatingAdmissionPolicy',
      mutatingAdmissionPolicyBindings: 'MutatingAdmissionPolicyBinding',
      mutatingWebhookConfigurations: 'MutatingWebhookConfiguration',
      validatingAdmissionPolicies: 'ValidatingAdmissionPolicy',
      validatingAdmissionPolicyBindings: 'ValidatingAdmissionPolicyBinding',
      validatingWebhookConfigurations: 'ValidatingWebhookConfiguration',
    },
  },
  {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    cluster: { customResourceDefinitions: 'CustomResourceDefinition' },
  },
  {
    group: 'apiregistration.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    cluster: { apiServices: 'APIService' },
  },
  {
    group: 'apps',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: {
      controllerRevisions: 'ControllerRevision',
      daemonSets: 'DaemonSet',
      deployments: 'Deployment',
      replicaSets: 'ReplicaSet',
      statefulSets: 'StatefulSet',
    },
  },
  {
    group: 'autoscaling',
    version: 'v2',
    types: KUBERNETES_TYPES,
    namespaced: { horizontalPodAutoscalers: 'HorizontalPodAutoscaler' },
  },
  {
    group: 'batch',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: { cronJobs: 'CronJob', jobs: 'Job' },
  },
  {
    group: 'certificates.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    cluster: { certificateSigningRequests: 'CertificateSigningRequest' },
  },
  {
    group: 'certificates.k8s.io',
    version: 'v1',
    namespaced: { podCertificateRequests: 'PodCertificateRequest' },
    cluster: { clusterTrustBundles: 'ClusterTrustBundle' },
  },
  {
    group: 'coordination.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: { leases: 'Lease' },
  },
  {
    group: 'discovery.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: { endpointSlices: 'EndpointSlice' },
  },
  {
    // `events` is the core API's, as it was in 2019.
    group: 'events.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    prefix: 'eventsApi',
    namespaced: { events: 'Event' },
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    cluster: { flowSchemas: 'FlowSchema', priorityLevelConfigurations: 'PriorityLevelConfiguration' },
  },
  {
    group: 'networking.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: { ingresses: 'Ingress', networkPolicies: 'NetworkPolicy' },
    cluster: { ingressClasses: 'IngressClass', ipAddresses: 'IPAddress', serviceCIDRs: 'ServiceCIDR' },
  },
  {
    group: 'node.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    cluster: { runtimeClasses: 'RuntimeClass' },
  },
  {
    group: 'policy',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: { podDisruptionBudgets: 'PodDisruptionBudget' },
  },
  {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: { roleBindings: 'RoleBinding', roles: 'Role' },
    cluster: { clusterRoleBindings: 'ClusterRoleBinding', clusterRoles: 'ClusterRole' },
  },
  {
    group: 'resource.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: { resourceClaims: 'ResourceClaim', resourceClaimTemplates: 'ResourceClaimTemplate' },
    cluster: { deviceClasses: 'DeviceClass', resourceSlices: 'ResourceSlice' },
  },
  {
    group: 'resource.k8s.io',
    version: 'v1',
    cluster: { deviceTaintRules: 'DeviceTaintRule' },
  },
  {
    group: 'scheduling.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    cluster: { priorityClasses: 'PriorityClass' },
  },
  {
    group: 'storage.k8s.io',
    version: 'v1',
    types: KUBERNETES_TYPES,
    namespaced: { csiStorageCapacities: 'CSIStorageCapacity' },
    cluster: {
      csiDrivers: 'CSIDriver',
      csiNodes: 'CSINode',
      storageClasses: 'StorageClass',
      volumeAttachments: 'VolumeAttachment',
      volumeAttributesClasses: 'VolumeAttributesClass',
    },
  },
  {
    group: 'storagemigration.k8s.io',
    version: 'v1',
    cluster: { storageVersionMigrations: 'StorageVersionMigration' },
  },
  {
    group: 'networking.istio.io',
    version: 'v1',
    types: ISTIO_TYPES,
    namespaced: {
      destinationRules: 'DestinationRule',
      gateways: 'Gateway',
      serviceEntries: 'ServiceEntry',
      sidecars: 'Sidecar',
      virtualServices: 'VirtualService',
      workloadEntries: 'WorkloadEntry',
      workloadGroups: 'WorkloadGroup',
    },
  },
  {
    group: 'networking.istio.io',
    version: 'v1alpha3',
    types: ISTIO_TYPES,
    namespaced: { envoyFilters: 'EnvoyFilter' },
  },
  {
    group: 'networking.istio.io',
    version: 'v1beta1',
    types: ISTIO_TYPES,
    namespaced: { proxyConfigs: 'ProxyConfig' },
  },
  {
    group: 'security.istio.io',
    version: 'v1',
    types: ISTIO_TYPES,
    namespaced: {
      authorizationPolicies: 'AuthorizationPolicy',
      peerAuthentications: 'PeerAuthentication',
      requestAuthentications: 'RequestAuthentication',
    },
  },
  {
    group: 'telemetry.istio.io',
    version: 'v1',
    types: ISTIO_TYPES,
    namespaced: { telemetries: 'Telemetry' },
  },
  {
    group: 'extensions.istio.io',
    version: 'v1alpha1',
    types: ISTIO_TYPES,
    namespaced: { wasmPlugins: 'WasmPlugin' },
  },
  {
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    types: GATEWAY_API_TYPES,
    namespaced: {
      backendTLSPolicies: 'BackendTLSPolicy',
      grpcRoutes: 'GRPCRoute',
      httpRoutes: 'HTTPRoute',
      listenerSets: 'ListenerSet',
      referenceGrants: 'ReferenceGrant',
      tlsRoutes: 'TLSRoute',
    },
    cluster: { gatewayClasses: 'GatewayClass' },
  },
  {
    // `gateways` are Istio's, as they were in 2019.
    group: 'gateway.networking.k8s.io',
    version: 'v1',
    types: GATEWAY_API_TYPES,
    prefix: 'gatewayApi',
    namespaced: { gateways: 'Gateway' },
  },
  {
    group: 'gateway.networking.k8s.io',
    version: 'v1alpha2',
    types: GATEWAY_API_TYPES,
    namespaced: { tcpRoutes: 'TCPRoute', udpRoutes: 'UDPRoute' },
  },
];
