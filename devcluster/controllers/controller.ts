/** Something that runs inside the cluster and writes by itself. */
export interface Controller {
  stop(): void;
}
