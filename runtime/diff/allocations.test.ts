import assert from 'node:assert/strict';
import { withoutAllocations } from './allocations.ts';

describe('addresses and ports that a dry run took from the pools of the server', () => {
  const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'a' }, spec });

  it('are left out, but for those that were asked for', () => {
    const answer = service({
      clusterIP: '10.0.0.7',
      clusterIPs: ['10.0.0.7'],
      healthCheckNodePort: 30100,
      ports: [
        { port: 80, nodePort: 30101 },
        { port: 81, nodePort: 30102 },
      ],
    });
    const asked = service({ healthCheckNodePort: 30100, ports: [{ port: 80 }, { port: 81, nodePort: 30102 }] });
    assert.deepEqual(
      withoutAllocations(answer, asked),
      service({ healthCheckNodePort: 30100, ports: [{ port: 80 }, { port: 81, nodePort: 30102 }] }),
    );
  });

  it('are none of a headless Service, nor of another kind', () => {
    const headless = service({ clusterIP: 'None', clusterIPs: ['None'] });
    assert.deepEqual(withoutAllocations(headless, headless), headless);
    const other = { ...service({ clusterIP: 'x' }), kind: 'Other' };
    assert.deepEqual(withoutAllocations(other, {}), other);
  });
});
