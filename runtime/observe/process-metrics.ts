import { readdirSync, readFileSync } from 'node:fs';
import type { Instruments } from './instruments.ts';

/** What Go's client says where there is no limit. */
const UNLIMITED = 2 ** 64;

/**
 * The metrics of the process under the names that Prometheus' clients agree on, as Go's has them, and V8's heap under Node's. All is read
 * at the scrape. Those that only Linux tells (/proc) are absent elsewhere.
 */
export function collectProcessMetrics(instruments: Instruments): void {
  const { counted, measured } = {
    counted: instruments.counted.bind(instruments),
    measured: (name: string, help: string, value: () => number) => instruments.measured(name, help, {}, value),
  };
  counted('process_cpu_seconds_total', 'Total user and system CPU time spent in seconds.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  measured('process_resident_memory_bytes', 'Resident memory size in bytes.', () => process.memoryUsage.rss());
  measured(
    'process_start_time_seconds',
    'Start time of the process since unix epoch in seconds.',
    () => performance.timeOrigin / 1000,
  );
  measured('nodejs_heap_size_total_bytes', 'V8 heap that is held.', () => process.memoryUsage().heapTotal);
  measured('nodejs_heap_size_used_bytes', 'V8 heap in use.', () => process.memoryUsage().heapUsed);
  measured('nodejs_external_memory_bytes', 'Memory outside of the V8 heap.', () => process.memoryUsage().external);
  instruments
    .gauge('nodejs_version_info', 'The version of Node; always 1', ['version'])
    .set({ version: process.version }, 1);
  if (process.platform !== 'linux') return;
  measured('process_virtual_memory_bytes', 'Virtual memory size in bytes.', () => statusOf('VmSize') * 1024);
  measured('process_virtual_memory_max_bytes', 'Maximum amount of virtual memory available in bytes.', () =>
    limitOf('Max address space'),
  );
  measured('process_open_fds', 'Number of open file descriptors.', () => readdirSync('/proc/self/fd').length - 1);
  measured('process_max_fds', 'Maximum number of open file descriptors.', () => limitOf('Max open files'));
  counted('process_network_receive_bytes_total', 'Bytes received over the network by the process’ namespace.', () =>
    octets('InOctets'),
  );
  counted('process_network_transmit_bytes_total', 'Bytes sent over the network by the process’ namespace.', () =>
    octets('OutOctets'),
  );
}

function statusOf(name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0);
}

/** The soft limit. */
function limitOf(name: string): number {
  const found = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
  return found === undefined || found === 'unlimited' ? UNLIMITED : Number(found);
}

/** A column of the table IpExt: one line of names, one of numbers. */
function octets(name: string): number {
  const lines = readFileSync('/proc/self/net/netstat', 'utf8').split('\n');
  const [names = [], numbers = []] = lines.filter((line) => line.startsWith('IpExt:')).map((line) => line.split(' '));
  return Number(numbers[names.indexOf(name)] ?? 0);
}
