import type { Verb } from '../requests/request-record.ts';
import type { Fault } from '../faults/faults.ts';
import type { Asked } from './asked.ts';
import type { Incarnation, Simulation } from './simulation.ts';

/** Something that goes wrong. */
export interface Disturbance {
  /** For the record of what was done. */
  readonly what: string;
  /** How to end it, unless it is over already. */
  readonly end?: (() => void) | undefined;
  /** Milliseconds after which it is ended; nothing else is done until then where `alone` is set. */
  readonly lasts?: number;
  readonly alone?: boolean;
  /** What it comes to when it has ended, alone too. */
  readonly afterwards?: () => Disturbance;
}

/** What an operator asks of a cluster, and the run that is to be disturbed. */
export interface Scene {
  readonly simulation: Simulation;
  /** What it asked in a run that nothing disturbed. */
  readonly asked: readonly Asked[];
}

type Disturb = (scene: Scene) => Disturbance | undefined;

const WRITES: ReadonlySet<Verb> = new Set(['create', 'apply', 'patch', 'delete', 'update']);
const SECOND = 1000;

/** A process that lives, where there is one. */
function anyLiving({ simulation }: Scene): Incarnation | undefined {
  const { living, chance } = simulation;
  return living.length === 0 ? undefined : chance.of(living);
}

/** Requests of one sort, or all of them. */
function anyFilter(
  { simulation: { chance }, asked }: Scene,
  are?: (verb: Verb) => boolean,
): { readonly filter: { verb?: Verb; resource?: string }; readonly text: string } {
  const sorts = asked.filter(({ verb }) => are === undefined || are(verb));
  if (sorts.length === 0 || (!are && chance.isSo(0.3))) return { filter: {}, text: 'any request' };
  const { verb, resource } = chance.of(sorts);
  return { filter: { verb, resource }, text: `${verb} ${resource}` };
}

const refuse: Disturb = (scene) => {
  const { chance, world } = scene.simulation;
  const code = chance.of([409, 429, 500, 503, 504]);
  const { filter, text } = anyFilter(scene, code === 409 ? (verb) => WRITES.has(verb) : undefined);
  const count = chance.between(1, 5);
  const retryAfter = code === 429 || (code === 503 && chance.isSo(0.5)) ? chance.between(0, 30) : undefined;
  const fault = world.cluster.faults.answer(code, filter, { count, ...(retryAfter !== undefined && { retryAfter }) });
  const later = retryAfter === undefined ? '' : `, Retry-After ${retryAfter}`;
  return {
    what: `${count} × ${code}${later} for ${text}`,
    end: () => fault.remove(),
    lasts: chance.between(1, 90) * SECOND,
  };
};

const unauthorised: Disturb = ({ simulation: { chance, world } }) => {
  const fault = world.cluster.faults.answer(401, {}, { count: Infinity });
  return {
    what: 'the token is not known for a while',
    end: () => fault.remove(),
    lasts: chance.between(1, 30) * SECOND,
  };
};

const revokedOnes = new WeakSet<Incarnation>();

/** Its token has run out for good: it has to be started with another one. */
const revoked: Disturb = (scene) => {
  const { chance, world } = scene.simulation;
  const incarnation = anyLiving(scene);
  if (!incarnation || revokedOnes.has(incarnation)) return undefined;
  revokedOnes.add(incarnation);
  world.cluster.faults.revokeTokens(incarnation.user);
  return {
    what: `the token of ${incarnation.user} is revoked, and it is started with another one`,
    end: () => {
      if (!scene.simulation.living.includes(incarnation)) return;
      scene.simulation.kill(incarnation);
      scene.simulation.start();
    },
    lasts: chance.between(1, 60) * SECOND,
  };
};

const expired: Disturb = (scene) => {
  const { chance, world } = scene.simulation;
  const asEvent = chance.isSo(0.5);
  const fault = world.cluster.faults.answer(410, { verb: ['watch', 'list'] }, { count: chance.between(1, 4), asEvent });
  for (const { link } of scene.simulation.living) link.reset();
  return {
    what: `watches break and are answered 410${asEvent ? ' as an event' : ''}`,
    end: () => fault.remove(),
    lasts: 60 * SECOND,
  };
};

const compacted: Disturb = ({ simulation }) => {
  simulation.world.cluster.compact();
  for (const { link } of simulation.living) link.reset();
  return { what: 'the past is forgotten, and all connections break' };
};

const cut: Disturb = (scene) => {
  const { chance, world } = scene.simulation;
  const when = chance.of(['before', 'after'] as const);
  const { filter, text } = anyFilter(scene);
  const fault = world.cluster.faults.cut(when, filter, { count: chance.between(1, 3) });
  return { what: `cut ${when} ${text} is done`, end: () => fault.remove(), lasts: chance.between(1, 90) * SECOND };
};

const outage: Disturb = ({ simulation }) => {
  const { chance, world } = simulation;
  for (const { link } of simulation.living) link.reset();
  const fault = world.cluster.faults.cut('before', {}, { count: Infinity });
  return { what: 'the server cannot be reached', end: () => fault.remove(), lasts: chance.between(1, 120) * SECOND };
};

const reset: Disturb = ({ simulation }) => {
  for (const { link } of simulation.living) link.reset();
  return { what: 'all connections break' };
};

const broken: Disturb = (scene) => {
  const bytes = scene.simulation.chance.integer(3000);
  anyLiving(scene)?.link.breakStreams(bytes);
  return { what: `watches break within a frame, ${bytes} bytes from now` };
};

const silent: Disturb = (scene) => {
  const incarnation = anyLiving(scene);
  incarnation?.link.silence();
  return { what: 'the open watches fall silent for good' };
};

/** A peer that is gone: what is asked is not answered. */
const unanswered: Disturb = (scene) => {
  const { chance, world } = scene.simulation;
  const { filter, text } = anyFilter(scene);
  const fault = world.cluster.faults.silence(filter);
  return { what: `silence for ${text}`, end: () => fault.remove(), lasts: chance.between(1, 120) * SECOND };
};

const partition: Disturb = (scene) => {
  const { chance } = scene.simulation;
  const incarnation = anyLiving(scene);
  if (!incarnation) return undefined;
  const { link } = incarnation;
  link.isCut = true;
  return {
    what: 'a partition: what is sent is lost',
    end: () => {
      link.isCut = false;
      link.reset();
    },
    lasts: chance.between(1, 120) * SECOND,
  };
};

const held: Disturb = (scene) => {
  const { chance, world } = scene.simulation;
  const { filter, text } = anyFilter(scene, (verb) => verb === 'watch');
  const each = chance.isSo(0.5) ? chance.between(10, 5000) : undefined;
  const hold = world.cluster.faults.holdEvents(filter, each === undefined ? {} : { ms: each });
  return {
    what: `events of ${text} are held back${each === undefined ? '' : `, each for ${each} ms`}`,
    end: () => hold.release(),
    lasts: chance.between(1, 60) * SECOND,
  };
};

const lagging: Disturb = (scene) => {
  const { chance, world } = scene.simulation;
  const { filter, text } = anyFilter(scene, (verb) => verb === 'watch');
  const lag = world.cluster.faults.lag(filter);
  return {
    what: `the server's cache stands still for ${text}`,
    end: () => lag.remove(),
    lasts: chance.between(1, 60) * SECOND,
  };
};

const slow: Disturb = (scene) => {
  const { chance } = scene.simulation;
  const incarnation = anyLiving(scene);
  if (!incarnation) return undefined;
  const { link } = incarnation;
  link.latency = chance.of([1, 20, 300, 2000]);
  return {
    what: `each message takes ${link.latency} ms`,
    end: () => void (link.latency = scene.simulation.latency),
    lasts: chance.between(1, 60) * SECOND,
  };
};

const paused: Disturb = (scene) => {
  const { chance } = scene.simulation;
  const incarnation = anyLiving(scene);
  if (!incarnation || incarnation.process.isPaused) return undefined;
  const as = chance.of(['stopped', 'suspended'] as const);
  const first = chance.of(['timer', 'network'] as const);
  incarnation.process.pause(as);
  return {
    what: `${incarnation.user} is ${as}`,
    end: () => incarnation.process.resume(first),
    lasts: chance.between(1, 300) * SECOND,
  };
};

const clock: Disturb = (scene) => {
  const by = scene.simulation.chance.between(-3600, 3600) * SECOND;
  anyLiving(scene)?.process.setClock(by);
  return { what: `its wall clock is set by ${by} ms` };
};

/** Dies of one of its next calls, or at once, and is started again after a while. */
const killed: Disturb = (scene) => {
  const { simulation } = scene;
  const { chance } = simulation;
  const incarnation = anyLiving(scene);
  if (!incarnation) return undefined;
  const pause = chance.isSo(0.5) ? 1 : chance.between(1, 60 * SECOND);
  const again = (): void =>
    void simulation.world.time.after(pause, () => simulation.living.length === 0 && simulation.start());
  if (chance.isSo(0.2)) {
    simulation.kill(incarnation);
    again();
    return { what: `${incarnation.user} is killed, and started again after ${pause} ms` };
  }
  const when = chance.of(['before', 'after'] as const);
  const at = simulation.calls + chance.between(1, 8);
  simulation.fateOf = ({ number }) => {
    if (number < at) return 'pass';
    simulation.fateOf = () => 'pass';
    return `die ${when}`;
  };
  simulation.onDeath = again;
  return {
    what: `${incarnation.user} is to die just ${when} its call ${at}, and to be started again after ${pause} ms`,
  };
};

const lost: Disturb = ({ simulation }) => {
  const { chance } = simulation;
  const what = chance.of(['lose request', 'lose answer'] as const);
  let left = chance.between(1, 3);
  simulation.fateOf = () => {
    if (--left === 0) simulation.fateOf = () => 'pass';
    return what;
  };
  return { what: `the next ${left} calls ${what === 'lose request' ? 'do not arrive' : 'are not answered'}` };
};

/**
 * All is as it was when this began. What users did meanwhile would be gone, so that they do nothing. And no client could tell what it has
 * lost from a server that has since given out as many versions again as were lost: a watch goes on in the middle of them. So writes wait
 * until all watches are there again, which takes as long as their longest pause.
 */
const restored: Disturb = ({ simulation }) => {
  const { chance, world } = simulation;
  const { faults } = world.cluster;
  const snapshot = faults.snapshot();
  let refusal: Fault | undefined;
  return {
    what: 'a backup is made, to which the cluster goes back',
    end: () => {
      for (const { link } of simulation.living) link.reset();
      refusal = faults.cut('before', { verb: [...WRITES] }, { count: Infinity });
      faults.restore(snapshot);
    },
    lasts: chance.isSo(0.5) ? chance.between(1, 1000) : chance.between(1, 60) * SECOND,
    alone: true,
    afterwards: () => ({
      what: 'it takes no writes yet',
      end: () => refusal?.remove(),
      lasts: 65 * SECOND,
      alone: true,
    }),
  };
};

const removed: Disturb = ({ simulation, asked }) => {
  const { chance, world } = simulation;
  const { kind } = chance.of(asked);
  // To an operator its objects are gone for good with it: what goes just then does not wait for them.
  const goes = world.cluster.select(({ metadata }) => metadata.deletionTimestamp !== undefined);
  if (!kind || goes.length > 0) return undefined;
  const fault = world.cluster.faults.removeApi(kind);
  return {
    what: `${kind.kind} is not served`,
    end: () => fault.remove(),
    lasts: chance.between(1, 60) * SECOND,
    alone: true,
  };
};

/** All that can go wrong; those that are there more than once come more often. */
export const DISTURBANCES: readonly Disturb[] = [
  refuse,
  refuse,
  unauthorised,
  revoked,
  expired,
  compacted,
  cut,
  cut,
  outage,
  reset,
  broken,
  silent,
  unanswered,
  partition,
  held,
  held,
  lagging,
  slow,
  paused,
  clock,
  killed,
  killed,
  killed,
  lost,
  restored,
  restored,
  removed,
];
