import type { JudgedAction } from './judgements.ts';

/** A statement of the boundary that denies: `actions` of `element`, on every resource. */
export type BoundaryDeny = { sid: string; element: 'Action' | 'NotAction'; actions: string[] };

/** Actions that no template may name and that work with the caller's credentials behind another action: of a bucket, a
 *  parameter or a secret under a key whose own policy lets the role in. Source: AWS KMS Developer Guide, "Permissions for
 *  AWS services in key policies". */
export const USED_BEHIND_OTHERS = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey*',
  'kms:ReEncrypt*',
];

/** What is denied on every resource: first everything but the patterns that cover what is safe, so every service that was
 *  not reviewed, of today and of tomorrow; then what these patterns cover beside it. The shortest such lists, since IAM
 *  takes 6,144 characters: whether they hold reads that a guardrail refuses does not matter. */
export function boundaryDenies(reference: readonly JudgedAction[]): BoundaryDeny[] {
  const services = [...new Set(reference.map(({ service }) => service))];
  const { opened, closed } = together(
    services.map((service) =>
      cheapestCover(treeOf(reference.filter((action) => action.service === service)), `${service}:`),
    ),
  );
  return [
    { sid: 'OnlyWhatWasJudged', element: 'NotAction', actions: [...opened, ...USED_BEHIND_OTHERS].sort() },
    { sid: 'NothingJudgedUnsafe', element: 'Action', actions: closed.sort() },
  ];
}

/** True for an action that the boundary must deny: one that was not judged safe and does more than read, and a read that
 *  gives out credentials or secrets. */
export const mustBeDenied = (action: JudgedAction): boolean =>
  !isSafe(action) && (action.discloses || !/^(?:Read|List)$/.test(action.level));

const isSafe = ({ verdict }: JudgedAction): boolean => verdict === 'allow' || verdict === 'borrow';

/** A service's names as a tree of letters. `own` is what the boundary has to do with the name that ends here, if any;
 *  `open` and `closed` count names from here on. */
type Node = {
  prefix: string;
  own: 'open' | 'closed' | undefined;
  open: number;
  closed: number;
  next: Map<string, Node>;
};

const nodeOf = (prefix: string): Node => ({
  prefix,
  own: undefined,
  open: 0,
  closed: 0,
  next: new Map(),
});

function treeOf(actions: readonly JudgedAction[]): Node {
  const root = nodeOf('');
  for (const action of actions) {
    const own = isSafe(action) ? 'open' : mustBeDenied(action) ? 'closed' : undefined;
    const path = pathTo(root, action.name);
    if (own) for (const node of path) node[own] += 1;
    (path.at(-1) ?? root).own = own;
  }
  return root;
}

/** The nodes of a name from the root to its last letter; those that the tree lacks are added. */
function pathTo(root: Node, name: string): Node[] {
  const path = [root];
  let last = root;
  for (const letter of name) {
    const node = last.next.get(letter) ?? nodeOf(last.prefix + letter);
    last.next.set(letter, node);
    path.push(node);
    last = node;
  }
  return path;
}

/** Patterns that leave something open, and patterns that close some of it again. */
type Cover = { opened: string[]; closed: string[] };

const together = (covers: readonly Cover[]): Cover => ({
  opened: covers.flatMap(({ opened }) => opened),
  closed: covers.flatMap(({ closed }) => closed),
});

/** Characters in a policy: each pattern with its quotes and comma. */
const costOf = ({ opened, closed }: Cover): number =>
  [...opened, ...closed].reduce((sum, pattern) => sum + pattern.length + 3, 0);

const patternOf = ({ prefix, next }: Node, service: string): string =>
  `${service}${prefix}${next.size === 0 ? '' : '*'}`;

/** The shortest patterns that leave every open name of a tree open and close every closed one. */
function cheapestCover(node: Node, service: string): Cover {
  if (node.open === 0) return together([]);
  const byName = together([
    { opened: node.own === 'open' ? [`${service}${node.prefix}`] : [], closed: [] },
    ...[...node.next.values()].map((child) => cheapestCover(child, service)),
  ]);
  if (!endsWord(node)) return byName;
  const byPattern = { opened: [patternOf(node, service)], closed: denials(node, service) };
  return costOf(byPattern) <= costOf(byName) ? byPattern : byName;
}

/** The shortest patterns that close every closed name of a tree and no open one. */
function denials(node: Node, service: string): string[] {
  if (node.closed === 0) return [];
  if (node.open === 0) return [patternOf(node, service)];
  return [
    ...(node.own === 'closed' ? [`${service}${node.prefix}`] : []),
    ...[...node.next.values()].flatMap((child) => denials(child, service)),
  ];
}

/** True where an open pattern may end: behind a word, so that what AWS adds under it is of the same kind. */
const endsWord = ({ next }: Node): boolean => [...next.keys()].every((letter) => /[A-Z]/.test(letter));
