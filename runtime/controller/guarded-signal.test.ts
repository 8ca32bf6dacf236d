import assert from 'node:assert/strict';
import { once } from 'node:events';
import { guarded } from './guarded-signal.ts';

describe('a guarded signal', () => {
  let controller: AbortController;
  let signal: AbortSignal;
  let heard: string[];
  let listeners: NodeJS.UnhandledRejectionListener[];
  beforeEach(() => {
    listeners = process.listeners('unhandledRejection');
    controller = new AbortController();
    signal = guarded(controller.signal);
    heard = [];
  });
  afterEach(() => {
    process.removeAllListeners('unhandledRejection');
    for (const listener of listeners) process.on('unhandledRejection', listener);
  });

  it('is the same signal', () => {
    assert.equal(signal, controller.signal);
    assert.ok(signal instanceof AbortSignal);
    assert.ok(!signal.aborted);
    controller.abort(new Error('enough'));
    assert.throws(() => signal.throwIfAborted(), /enough/);
  });

  it('calls its listeners as others do: each once, in their order, and none that was removed', async () => {
    const removed = (): void => void heard.push('removed');
    const added = function (this: unknown, { type, target }: Event): void {
      heard.push(`${type} ${String(this === signal)} ${String(target === signal)}`);
    };
    signal.addEventListener('abort', removed);
    signal.addEventListener('abort', added);
    signal.addEventListener('abort', added, { once: true });
    signal.addEventListener('abort', { handleEvent: () => void heard.push('object') });
    signal.removeEventListener('abort', removed);
    const told = once(signal, 'abort');
    controller.abort();
    await told;
    assert.deepEqual(heard, ['abort true true', 'object']);
  });

  it('ends what listens to it by other means, and signals that are made of it', async () => {
    const waiting = once(new EventTarget(), 'never', { signal });
    const made = AbortSignal.any([signal, new AbortController().signal]);
    controller.abort();
    await assert.rejects(waiting, { name: 'AbortError' });
    assert.ok(made.aborted);
  });

  it('goes on to the others where a listener throws, or its promise is rejected: nobody awaits it', async () => {
    const errors: unknown[] = [];
    const told = new Promise<void>((resolve) => {
      process.removeAllListeners('unhandledRejection');
      process.on('unhandledRejection', (error) => {
        if (errors.push(error) === 2) resolve();
      });
    });
    const [thrown, rejected] = [new Error('thrown'), new Error('rejected')];
    const loose: { addEventListener(type: string, listener: () => unknown): void } = signal;
    loose.addEventListener('abort', () => {
      throw thrown;
    });
    loose.addEventListener('abort', () => Promise.reject(rejected));
    loose.addEventListener('abort', () => heard.push('last'));
    controller.abort();
    assert.deepEqual(heard, ['last']);
    await told;
    assert.deepEqual(errors, [thrown, rejected]);
  });
});
