// Loaded into a container's Node before its program: all pods share one network here, so that each listens on an address of its own,
// where a container listens on all that its pod has. 127.0.0.0/8 is all loopback.
import { Server } from 'node:net';

const host = process.env['POD_ADDRESS'];
const original: unknown = Reflect.get(Server.prototype, 'listen');
if (typeof original !== 'function') throw new TypeError('node:net has no Server.listen');
const listen = original;

/** A port is listened to on the pod's address: also that of a loopback of its own, which here is everybody's. */
function withHost([where, ...rest]: readonly unknown[]): unknown[] {
  if (typeof where === 'number' && where !== 0)
    return [where, host, ...rest.filter((each) => typeof each === 'function')];
  if (
    typeof where === 'object' &&
    where !== null &&
    Number(Reflect.get(where, 'port')) > 0 &&
    !Reflect.has(where, 'host')
  )
    return [{ ...where, host }, ...rest];
  return [where, ...rest];
}

Reflect.set(Server.prototype, 'listen', function (this: Server, ...args: readonly unknown[]): unknown {
  const listening: unknown = Reflect.apply(listen, this, withHost(args));
  return listening;
});
