import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Instruments } from './instruments.ts';

/** What Go's client says where there is no limit. */
const UNLIMITED = 2 ** 64;

/**
 * The metrics of the process under the names that Prometheus' clients agree on, as Go's has them, and V8's heap under Node's. All is read
 * at the scrape. Those that only Linux tells, in the folder `proc`, are absent where it does not tell them.
 */
export function collectProcessMetrics(
  instruments: Instruments,
  proc = process.platform === 'linux' ? '/proc/self' : undefined,
): void {
  const { counted, measured } = {
    counted: instruments.counted.bind(instruments),
    measured: (name: string, help: string, value: () => number | undefined) =>
      instruments.measured(name, help, {}, value),
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
  if (proc === undefined) return;
  const read = (file: string): string => readFileSync(join(proc, file), 'utf8');
  const status = (name: string) => told(() => statusOf(name, read('status')));
  const limit = (name: string) => told(() => limitOf(name, read('limits')));
  const octets = (name: string) => told(() => octetsOf(name, read('net/netstat')));
  measured('process_virtual_memory_bytes', 'Virtual memory size in bytes.', () => status('VmSize'));
  measured('process_virtual_memory_max_bytes', 'Maximum amount of virtual memory available in bytes.', () =>
    limit('Max address space'),
  );
  measured('process_open_fds', 'Number of open file descriptors.', () =>
    told(() => readdirSync(join(proc, 'fd')).length - 1),
  );
  measured('process_max_fds', 'Maximum number of open file descriptors.', () => limit('Max open files'));
  counted('process_network_receive_bytes_total', 'Bytes received over the network by the process’ namespace.', () =>
    octets('InOctets'),
  );
  counted('process_network_transmit_bytes_total', 'Bytes sent over the network by the process’ namespace.', () =>
    octets('OutOctets'),
  );
}

/** Undefined where it cannot be read: a sandbox may lack files, and a process without a free file descriptor opens none. */
function told(value: () => number | undefined): number | undefined {
  try {
    return value();
  } catch {
    return undefined;
  }
}

/** In bytes. */
function statusOf(name: string, text: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

/** The soft limit. */
function limitOf(name: string, text: string): number | undefined {
  const found = new RegExp(`^${name}\\s+(\\S+)`, 'm').exec(text)?.[1];
  return found === undefined ? undefined : found === 'unlimited' ? UNLIMITED : Number(found);
}

/** A column of the table IpExt: one line of names, one of numbers. */
function octetsOf(name: string, text: string): number | undefined {
  const lines = text.split('\n').filter((line) => line.startsWith('IpExt:'));
  const [names = [], numbers = []] = lines.map((line) => line.split(' '));
  const found = numbers[names.indexOf(name)];
  return found === undefined ? undefined : Number(found);
}
