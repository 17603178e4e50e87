import { textOf } from './infrastructure.ts';

/** The rows of a table of CONTRIBUTING.md, as the texts of their cells. Throws where no table begins with this head. */
export function tableOf(...head: string[]): string[][] {
  const lines = textOf('CONTRIBUTING.md').split('\n');
  const at = lines.indexOf(`| ${head.join(' | ')} |`);
  if (at < 0) throw new Error(`CONTRIBUTING.md has no table ${head.join(', ')}`);
  const rest = lines.slice(at + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end < 0 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** What is in code font in a cell, in order. */
export const codeIn = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
