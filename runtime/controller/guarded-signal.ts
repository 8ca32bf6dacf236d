type Add = Parameters<AbortSignal['addEventListener']>;
type Remove = Parameters<AbortSignal['removeEventListener']>;
type Listener = Add[1];

/** What is called in the place of each listener. */
const guards = new WeakMap<Listener, Listener>();

function guardOf(listener: Listener): Listener {
  // Node says what is wrong with it.
  if (Object(listener) !== listener) return listener;
  let guard = guards.get(listener);
  if (!guard) {
    const call = async function (this: unknown, event: Event): Promise<void> {
      const returned: unknown =
        typeof listener === 'function' ? listener.call(this, event) : listener.handleEvent(event);
      await returned;
    };
    guard = function (this: unknown, event: Event): void {
      void call.call(this, event);
    };
    guards.set(listener, guard);
  }
  return guard;
}

class GuardedSignal extends AbortSignal {
  override addEventListener(...[type, listener, options]: Add): void {
    super.addEventListener(type, guardOf(listener), options);
  }

  override removeEventListener(...[type, listener, options]: Remove): void {
    super.removeEventListener(type, guardOf(listener), options);
  }
}

/**
 * Has the signal bear listeners that throw, or return a promise that is rejected: for those Node ends the process. Here each is a promise
 * that nobody awaits. Returns the same signal. Not guaranteed for signals that are made of it, by `AbortSignal.any`.
 */
export function guarded(signal: AbortSignal): AbortSignal {
  // An AbortSignal is made by its controller only.
  return Object.setPrototypeOf(signal, GuardedSignal.prototype) as AbortSignal;
}
