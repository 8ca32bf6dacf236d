/** Something that runs inside the cluster and writes by itself. */
export interface Controller {
  stop(): void;
}

/** One that hands out the cluster's certificate, and has to look again when that has changed. */
export interface CertificateController extends Controller {
  refresh(): void;
}
