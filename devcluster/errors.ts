/** What can go wrong with an embedded cluster itself, each with a stable code. What its API refuses is a `StatusError`. */
export type DevclusterErrorCode =
  | 'ERR_AP_CLUSTER_ADDRESS'
  | 'ERR_AP_CLUSTER_CRDS'
  | 'ERR_AP_CLUSTER_FAULT'
  | 'ERR_AP_CLUSTER_FOLDER'
  | 'ERR_AP_CLUSTER_KIND'
  | 'ERR_AP_CLUSTER_LOG'
  | 'ERR_AP_CLUSTER_NAME'
  | 'ERR_AP_CLUSTER_OPTION'
  | 'ERR_AP_CLUSTER_ROLES'
  | 'ERR_AP_CLUSTER_STOPPED'
  | 'ERR_AP_DEV_CONTEXT'
  | 'ERR_AP_DEV_INCOMPLETE'
  | 'ERR_AP_DEV_PROJECT'
  | 'ERR_AP_DEV_RUNNING'
  | 'ERR_AP_DEV_UNCONFIRMED'
  | 'ERR_AP_KUBECONFIG_WRITE'
  | 'ERR_AP_TEST_DIFFERENT'
  | 'ERR_AP_TEST_LATE'
  | 'ERR_AP_TEST_RESTLESS'
  | 'ERR_AP_TEST_STORM'
  | 'ERR_AP_UNTIL_TIMEOUT'
  | 'ERR_AP_USAGE';

/** The message says what is wrong, where, and what to do. */
export class DevclusterError extends Error {
  readonly code: DevclusterErrorCode;

  constructor(code: DevclusterErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DevclusterError';
    this.code = code;
  }
}
