interface NotHere {
  readonly reason: string;
  /** By the beginnings of their full titles. */
  readonly titles: readonly string[];
  /** Only on servers without streaming lists. */
  readonly paged?: boolean;
}

/** Why tests of `test/operator/` do not run on a real server, and which. Files that start a cluster of another kind are left out by the mocharc files. */
export const NOT_HERE: readonly NotHere[] = [
  {
    reason: 'since it has no streaming lists',
    titles: ['watches of an operator that the server answers by 429, 500, 503, 504, 410 to a streaming list'],
    paged: true,
  },
  {
    reason: 'since there a list is no watch, which these tests count or hold back',
    titles: [
      'watches of an operator of one kind, shared by all who read it, are one',
      'watches of an operator of a kind that somebody reads whole serve those who read a part of it',
      'watches of an operator are caught up with before a worker runs',
      'replicas of an operator list once where nobody leads when they start',
      'an operator whose configuration changes works in another namespace',
      'connections of watches that a reflector holds are reset at every byte of a frame',
    ],
    paged: true,
  },
  {
    reason: 'since a server is taken back to a backup by ending it, which test/real/watches.test.ts does',
    titles: ['an operator and older data of a server that was restored from a backup'],
  },
  {
    reason: 'since no API that is installed can be served no longer while its objects stay',
    titles: [
      'what is told of an operator at work is told once, by whatever configuration it works',
      'outputs of earlier phases that somebody else changed are made again that went while their kind was not served',
      'watches of an operator of a kind that is not installed are told of at once by a resource that rests in a phase',
      'watches of an operator of a kind that is not installed are no concern of resources in namespaces where the operator',
    ],
  },
  {
    reason: 'since it forgets its past by being ended, and no watch is left then that could be resumed',
    titles: [
      'watches of an operator that the server answers by 429, 500, 503, 504, 410 to a watch that is resumed, as an event',
    ],
  },
  {
    reason: 'since whoever looks learns of what was written later, when the test may be over',
    titles: [
      'a field that somebody else keeps taking holds up nothing that a finalizer makes',
      // test/real/kstatus.test.ts has these lives, with a watch.
      'what kstatus and `kubectl wait` see of a resource',
    ],
  },
  {
    reason: 'since the write of an Event may be on its way when the next failure comes, and tells of that one too',
    titles: ['Events of a failure in a loop are one, with a count that is written when it has doubled'],
  },
  {
    reason: 'since it is the namespace controller that says how often the finalizer runs',
    titles: ['a resource whose namespace is being deleted still gets what its finalizer makes elsewhere'],
  },
];
