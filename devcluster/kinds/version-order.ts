/** v2 before v1 before v1beta1 before v1alpha1, all others after. Source: CompareKubeAwareVersionStrings of apimachinery. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : 1;
  const rank = (match: RegExpExecArray): number[] => [
    match[2] === undefined ? 2 : match[2] === 'beta' ? 1 : 0,
    Number(match[1]),
    Number(match[3] ?? 0),
  ];
  const [x, y] = [rank(left), rank(right)];
  const differing = x.findIndex((value, index) => value !== y[index]);
  return differing < 0 ? 0 : (y[differing] ?? 0) - (x[differing] ?? 0);
}

const VERSION = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;
