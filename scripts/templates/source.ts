import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';

/** One file of `templates/`, with the positions of its content. */
export type TemplateSource = {
  /** e.g. `ecr-push.yaml`. */
  name: string;
  text: string;
  content: unknown;
  /** Errors of the YAML itself, each with its line. */
  errors: { line: number; detail: string }[];
  /** The line of a path, e.g. `['statements', 0, 'actions', 1]`; if the path does not exist, the line of its nearest
   *  parent. */
  lineOf(path: readonly PropertyKey[]): number;
};

/** All template files below `root`, by name. */
export function templateSources(root: string): TemplateSource[] {
  const folder = join(root, 'templates');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];
  return names.sort().map((name) => templateSource(name, readFileSync(join(folder, name), 'utf8')));
}

/** One template file from its text. */
function templateSource(name: string, text: string): TemplateSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { uniqueKeys: true, lineCounter: lines });
  const errors = document.errors.map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    detail: message.split('\n')[0] ?? message,
  }));
  return {
    name,
    text,
    content: errors.length > 0 ? undefined : document.toJS(),
    errors,
    lineOf: (path) => lines.linePos(offsetOf(document, path)).line,
  };
}

/** Where a path begins in the text: at its key in a mapping, at its item in a list. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (!pair) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (node === undefined) break;
      offset = startOf(node) ?? offset;
    } else break;
  }
  return offset;
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined);
