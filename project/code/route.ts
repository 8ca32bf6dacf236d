import type { Phase } from '../model.ts';

/**
 * Where the worker stub of each phase goes: its first `next`, else the phase that is listed after it. A step that would lead
 * back to a phase that was passed already is left out, so that a fresh scaffold runs through its phases and comes to rest: the
 * stub then stays where it is.
 */
export function stubRoute(phases: readonly Phase[]): ReadonlyMap<string, string> {
  const route = new Map<string, string>();
  for (const [index, phase] of phases.entries()) {
    if (phase.final) continue;
    const listed = phases[index + 1]?.name;
    const wanted = phase.next ?? (listed === undefined ? [] : [listed]);
    route.set(phase.name, wanted.find((target) => !leadsTo(route, target, phase.name)) ?? phase.name);
  }
  return route;
}

function leadsTo(route: ReadonlyMap<string, string>, from: string, to: string): boolean {
  let at: string | undefined = from;
  // A stub that stays where it is ends the walk; longer loops cannot come into the route.
  while (at !== undefined && at !== to) {
    const target: string | undefined = route.get(at);
    at = target === at ? undefined : target;
  }
  return at === to;
}
