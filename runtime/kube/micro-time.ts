/** `metav1.MicroTime` of milliseconds since 1970. */
export function microTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '000Z');
}

/** The second that was asked for last: each is, many times. */
let last = { second: NaN, text: '' };

/** `metav1.Time` of milliseconds since 1970: whole seconds. */
export function secondsTime(milliseconds: number): string {
  const second = Math.floor(milliseconds / 1000);
  if (second !== last.second) last = { second, text: new Date(second * 1000).toISOString().replace(/\.\d+Z$/, 'Z') };
  return last.text;
}
