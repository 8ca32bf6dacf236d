import { isObject } from '../../../devcluster/schema/json.ts';
import { RecordedEnvironment } from '../../../cli/cluster/cluster-command.fixture.ts';
import { allObjects } from '../../deploy/all-objects.ts';

/** What controllers make by names or addresses of their own. */
const MADE_BY_CONTROLLERS =
  /^(pods|replicasets\.apps|endpoints|endpointslices\.discovery\.k8s\.io|ipaddresses\.networking\.k8s\.io) /;

/** All objects of the cluster that two runs of the same have in common, by name. */
export async function clusterState(kubeconfig: string): Promise<Readonly<Record<string, unknown>>> {
  const objects = await allObjects(new RecordedEnvironment({ kubeconfig }));
  return Object.fromEntries(
    Object.entries(objects)
      .filter(([name]) => !MADE_BY_CONTROLLERS.test(name))
      .map(([name, object]) => [name, withoutOwn(object)]),
  );
}

/** Addresses of Services, and uids: those of owners, which are in the runtime's marks, too, and in what it hashes. */
const OWN = /^(clusterIPs?|uid)$|\/(owner|applied)$/;

function withoutOwn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwn);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !OWN.test(name))
      .map(([name, each]) => [name, withoutOwn(each)]),
  );
}
