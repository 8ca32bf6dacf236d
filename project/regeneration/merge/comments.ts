import type { Tree } from './tree.ts';

/** Whether the user has said something there that is no value, and that would go with it. */
export function losesComment(base: Tree | undefined, user: Tree | undefined, goes: boolean): boolean {
  const known = commentsOf(base, goes);
  return commentsOf(user, goes).some((comment) => {
    const index = known.indexOf(comment);
    if (index >= 0) known.splice(index, 1);
    return index < 0;
  });
}

function commentsOf(tree: Tree | undefined, goes: boolean): string[] {
  return [...(tree?.comments.inside ?? []), ...(goes ? (tree?.comments.after ?? []) : [])];
}
