/** Settings of an embedded cluster. */
export interface ClusterOptions {
  /** TCP port on loopback; 0 (default) takes a free one. */
  readonly port?: number;
}
