import type { Readable } from 'node:stream';
import type { Session } from 'node:inspector/promises';
import type { Answer, Page, PageRequest } from './server.ts';

/**
 * What pprof is to Go programs, over HTTP: a CPU profile, what allocates, and the heap. The files are V8's, for Chrome's DevTools, VS Code or
 * speedscope. Node's inspector is loaded with the first request.
 */

const DEFAULT_SECONDS = 30;
const LONGEST_SECONDS = 600;

const INDEX = `/debug/pprof/profile?seconds=${DEFAULT_SECONDS}   CPU: .cpuprofile
/debug/pprof/allocs?seconds=${DEFAULT_SECONDS}    what allocates memory meanwhile: .heapprofile
/debug/pprof/heap                 all that is in memory, secrets too: .heapsnapshot. The operator stands still while it is taken.
`;

/** One profile at a time: V8 has one profiler, and a snapshot needs the memory for itself. */
let isBusy = false;

/** What is served at `profilingAddr`. */
export const PROFILING_PAGES: Readonly<Record<string, Page>> = {
  '/debug/pprof/': () => Promise.resolve(text(200, INDEX)),
  '/debug/pprof/profile': alone((request) =>
    timed(request, 'cpu.cpuprofile', {
      begin: async (session) => {
        await session.post('Profiler.enable');
        await session.post('Profiler.start');
      },
      end: async (session) => (await session.post('Profiler.stop')).profile,
    }),
  ),
  '/debug/pprof/allocs': alone((request) =>
    timed(request, 'allocations.heapprofile', {
      begin: async (session) => {
        await session.post('HeapProfiler.startSampling', {
          includeObjectsCollectedByMajorGC: true,
          includeObjectsCollectedByMinorGC: true,
        });
      },
      end: async (session) => (await session.post('HeapProfiler.stopSampling')).profile,
    }),
  ),
  '/debug/pprof/heap': alone(async () => {
    const { getHeapSnapshot } = await import('node:v8');
    return file('heap.heapsnapshot', getHeapSnapshot());
  }),
};

function alone(page: Page): Page {
  return async (request) => {
    if (isBusy) return text(409, 'another profile is being taken\n');
    isBusy = true;
    try {
      const answer = await page(request);
      if (typeof answer.body === 'string') isBusy = false;
      else answer.body.once('close', () => (isBusy = false));
      return answer;
    } catch (error) {
      isBusy = false;
      throw error;
    }
  };
}

/** What happens between a beginning and an end, `seconds` later or when nobody waits for it any more. */
async function timed(
  { query, signal }: PageRequest,
  name: string,
  profile: {
    readonly begin: (session: Session) => Promise<void>;
    readonly end: (session: Session) => Promise<object>;
  },
): Promise<Answer> {
  const asked = query.get('seconds') ?? String(DEFAULT_SECONDS);
  const seconds = Number(asked);
  if (!/^\d+$/.test(asked) || seconds < 1 || seconds > LONGEST_SECONDS)
    return text(400, `seconds=${asked} is no whole number from 1 to ${LONGEST_SECONDS}\n`);
  const { Session: Inspector } = await import('node:inspector/promises');
  const session = new Inspector();
  session.connect();
  try {
    await profile.begin(session);
    await elapsed(seconds * 1000, signal);
    return file(name, JSON.stringify(await profile.end(session)));
  } finally {
    session.disconnect();
  }
}

function elapsed(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

function text(status: number, body: string): Answer {
  return { status, type: 'text/plain', body };
}

function file(name: string, body: string | Readable): Answer {
  return { status: 200, type: 'application/json', body, file: name };
}
