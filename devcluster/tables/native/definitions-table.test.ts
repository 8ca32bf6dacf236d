import assert from 'node:assert/strict';
import { HttpClient } from '../../conformance/http-client.ts';
import { startCluster } from '../../devcluster.ts';
import { listAt, stringAt, valueAt } from '../../schema/json.ts';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const schema = { openAPIV3Schema: { type: 'object' } };
const version = (name: string, served: boolean, storage: boolean): object => ({ name, served, storage, schema });

function definition(plural: string, kind: string, versions: readonly object[], shortNames: readonly string[]): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.ex.io` },
    spec: { group: 'ex.io', scope: 'Cluster', names: { plural, kind, shortNames }, versions },
  };
}

describe('A table of CustomResourceDefinitions', () => {
  // As kube-apiserver 1.37.2 answers for the same definitions.
  it('has the columns and cells of a real server', async () => {
    await using cluster = await startCluster({ crds: [] });
    const client = new HttpClient(cluster.kubeconfig);
    await cluster.create(
      definition(
        'as',
        'A',
        [version('v1', true, false), version('v2', false, true), version('v1alpha1', true, false)],
        ['q', 'r'],
      ),
    );
    await cluster.create(definition('bs', 'B', [version('v1', true, true)], []));
    await cluster.create(definition('cs', 'A', [version('v1', false, true)], []));
    const accept = 'application/json;as=Table;g=meta.k8s.io;v=v1';
    const { value } = await client.send('GET', DEFINITIONS, { headers: { accept } });
    const columns = listAt(value, 'columnDefinitions').map((column) =>
      [stringAt(column, 'name'), stringAt(column, 'type'), valueAt(column, 'priority')].join(' '),
    );
    assert.deepEqual(columns, [
      'Name string 0',
      'Scope string 0',
      'Versions string 0',
      'Created At date 0',
      'Group string 1',
      'Kind string 1',
      'ShortNames string 1',
      'Established boolean 1',
    ]);
    const rows = listAt(value, 'rows').map((row) => {
      const created = valueAt(row, 'object', 'metadata', 'creationTimestamp');
      return listAt(row, 'cells').map((cell) => (cell === created ? 'created' : cell));
    });
    assert.deepEqual(rows, [
      ['as.ex.io', 'Cluster', 'v1,v1alpha1', 'created', 'ex.io', 'A', 'q,r', true],
      ['bs.ex.io', 'Cluster', 'v1(storage)', 'created', 'ex.io', 'B', '', true],
      ['cs.ex.io', 'Cluster', '', 'created', 'ex.io', 'A', '', false],
    ]);
    await client.close();
  });
});
