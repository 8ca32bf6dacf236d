/**
 * The English plural that Kubernetes tools give a kind: `Gateway` → `Gateways`, `Canary` → `Canaries`, `Mesh` → `Meshes`. Case is
 * kept. Irregular words are not known: projects set `plural` where this guess is wrong.
 */
export function pluralOf(singular: string): string {
  if (/[^aeiou]y$/i.test(singular)) return `${singular.slice(0, -1)}ies`;
  if (/(?:s|x|z|ch|sh)$/i.test(singular)) return `${singular}es`;
  return `${singular}s`;
}

/** `VirtualServices` → `virtualServices`, `CSIDrivers` → `csiDrivers`: a leading acronym goes down as a whole. */
export function lowerCamel(upperCamel: string): string {
  return upperCamel.replace(/^(?:[A-Z]+(?=[A-Z][a-z])|[A-Z]+$|[A-Z])/, (head) => head.toLowerCase());
}
