/** The path of a field, as warnings name it; '' is the object itself. */
export function fieldOf(path: string, ...names: readonly string[]): string {
  return [path, ...names].filter((name) => name !== '').join('.');
}
