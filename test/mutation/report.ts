import type { equivalents } from './equivalents-table.ts';

/** What became of one mutant: `killer` is the failure that noticed it. */
export type Outcome = {
  file: string;
  mutator: string;
  line: number;
  /** The line of the source, trimmed. */
  text: string;
  before: string;
  after: string;
  killer?: string;
};

type Equivalent = (typeof equivalents)[number];

/** Percent of the mutants that tests must kill, equivalent ones aside. */
const GOAL = 95;

const isSame = (outcome: Outcome, listed: Equivalent): boolean =>
  outcome.file === listed.file &&
  outcome.text === listed.text &&
  outcome.before === listed.before &&
  outcome.after === listed.after;

/** The mutants that survived and are not listed as equivalent. */
const survivorsOf = (outcomes: readonly Outcome[], listed: readonly Equivalent[]): Outcome[] =>
  outcomes.filter((outcome) => outcome.killer === undefined && !listed.some((one) => isSame(outcome, one)));

/** Percent killed of the mutants that are not equivalent; 100 where there are no such. */
export function scoreOf(outcomes: readonly Outcome[], listed: readonly Equivalent[]): number {
  const killed = outcomes.filter(({ killer }) => killer !== undefined).length;
  const rest = killed + survivorsOf(outcomes, listed).length;
  return rest === 0 ? 100 : (killed / rest) * 100;
}

/** Why a run fails: a score below the goal, and entries of the list that tests kill or that no mutant has. */
export function problemsOf(outcomes: readonly Outcome[], listed: readonly Equivalent[]): string[] {
  const score = scoreOf(outcomes, listed);
  const stale = listed.flatMap((one) => {
    const named = `${one.file}: ${JSON.stringify(one.before)} → ${JSON.stringify(one.after)} in "${one.text}"`;
    const found = outcomes.filter((outcome) => isSame(outcome, one));
    if (found.length === 0) return [`${named} is listed as equivalent and no longer a mutant`];
    return found.some(({ killer }) => killer !== undefined)
      ? [`${named} is listed as equivalent and killed`]
      : [];
  });
  return [...(score < GOAL ? [`${score.toFixed(1)} % killed; the goal is ${GOAL} %`] : []), ...stale];
}

const cell = (text: string): string => `\`${text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')}\``;

/** The run as a page. */
export function reportOf(outcomes: readonly Outcome[], listed: readonly Equivalent[]): string {
  const survivors = survivorsOf(outcomes, listed);
  const files = [...new Set(outcomes.map(({ file }) => file))];
  const rows = files.map((file) => {
    const own = outcomes.filter((outcome) => outcome.file === file);
    const killed = own.filter(({ killer }) => killer !== undefined).length;
    const survived = survivors.filter((outcome) => outcome.file === file).length;
    return `| \`${file}\` | ${own.length} | ${killed} | ${own.length - killed - survived} | ${survived} |`;
  });
  const killed = outcomes.filter(({ killer }) => killer !== undefined).length;
  return `# Mutation

Written by \`npm run test:mutation\`. Each mutant is one change of a file that decides: a condition negated, an operator
flipped, a guard dropped, a case of a switch dropped, a default dropped, an anchor of a regular expression removed, \`some\` and
\`every\` exchanged. It is killed when a test of that file fails; \`test/mutation/targets-table.ts\` says which tests are whose.

**${scoreOf(outcomes, listed).toFixed(1)} %** of ${killed + survivors.length} are killed; the goal is ${GOAL} %. Another ${outcomes.length - killed - survivors.length} change nothing that a caller could see.

| file | mutants | killed | equivalent | survived |
| --- | --: | --: | --: | --: |
${rows.join('\n')}

## Survivors

${survivors.length === 0 ? 'None.' : survivors.map(({ file, line, mutator, before, after }) => `- \`${file}:${line}\` ${mutator}: ${cell(before)} became ${cell(after)}`).join('\n')}

## Equivalent mutants

${listed.length === 0 ? 'None.' : listed.map(({ file, text, before, after, reason }) => `- \`${file}\`, ${cell(text)}: ${cell(before)} became ${cell(after)}. ${reason}`).join('\n')}
`;
}
