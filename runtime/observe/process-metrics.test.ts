import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instruments } from './instruments.ts';
import { collectProcessMetrics } from './process-metrics.ts';

const OF_PROC = /^process_(?:virtual|open|max|network)\w+ \d+$/gm;

describe('metrics of the process', () => {
  let proc: string;
  beforeEach(() => {
    proc = mkdtempSync(join(tmpdir(), 'proc-'));
    for (const folder of ['fd', 'net']) mkdirSync(join(proc, folder));
    for (const descriptor of ['0', '1', '2']) write(`fd/${descriptor}`, '');
    write('status', 'Name:\tnode\nVmSize:\t    2 kB\n');
    write('limits', 'Max open files            1024                 4096                 files\n');
    write('net/netstat', 'TcpExt: A\nTcpExt: 1\nIpExt: InOctets OutOctets\nIpExt: 7 9\n');
  });
  afterEach(() => rmSync(proc, { recursive: true }));
  const write = (file: string, text: string): void => writeFileSync(join(proc, file), text);
  const told = async (instruments: Instruments): Promise<readonly string[]> =>
    (await instruments.text()).match(OF_PROC) ?? [];

  it('are without those that the system does not tell, and have them when it does', async () => {
    const instruments = new Instruments();
    collectProcessMetrics(instruments, proc);
    const [status, openFiles, ...network] = [
      'process_virtual_memory_bytes 2048',
      'process_open_fds 2',
      'process_network_receive_bytes_total 7',
      'process_network_transmit_bytes_total 9',
    ];
    assert.deepEqual(await told(instruments), [status, openFiles, 'process_max_fds 1024', ...network]);
    write('limits', 'Max address space         unlimited            unlimited            bytes\n');
    rmSync(join(proc, 'net'), { recursive: true });
    const noLimit = 'process_virtual_memory_max_bytes 18446744073709552000';
    assert.deepEqual(await told(instruments), [status, noLimit, openFiles]);
    rmSync(join(proc, 'fd'), { recursive: true });
    rmSync(join(proc, 'limits'));
    write('status', 'Name:\tnode\n');
    assert.deepEqual(await told(instruments), []);
    mkdirSync(join(proc, 'net'));
    write('net/netstat', 'IpExt: InOctets OutOctets\nIpExt: 10 11\n');
    assert.deepEqual(await told(instruments), [
      'process_network_receive_bytes_total 10',
      'process_network_transmit_bytes_total 11',
    ]);
  });

  it('leave out what only Linux tells elsewhere', async () => {
    const instruments = new Instruments();
    collectProcessMetrics(instruments, join(proc, 'none'));
    assert.deepEqual(await told(instruments), []);
    assert.match(await instruments.text(), /^process_resident_memory_bytes \d+$/m);
  });
});
