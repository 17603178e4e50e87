import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { boundaryDenies } from './boundary.ts';
import { type JudgedAction, judgedReference } from './judgements.ts';

/** Generated files, by path below the repository's root: the text of each, from the judgements and the reference. */
export async function generatedFiles(root: string): Promise<Record<string, string>> {
  const reference = await judgedReference();
  const boundaries = BOUNDARIES.map((path): [string, string] => [
    path,
    withDenies(path, readFileSync(join(root, path), 'utf8'), reference),
  ]);
  return { [RUN_TIME_TABLE]: runTimeTable(reference), ...Object.fromEntries(boundaries) };
}

const RUN_TIME_TABLE = 'domain/guardrails/judged-actions-table.ts';
const BOUNDARIES = ['infrastructure/boundary.yml', 'infrastructure/spoke.yml'];
const LINE = 96;

/** The run-time form of the judgements: what is safe, and no reason. */
function runTimeTable(reference: readonly JudgedAction[]): string {
  const rows = [...new Set(reference.map(({ service }) => service))].map((service) => {
    const safe = reference.filter(
      (action) => action.service === service && (action.verdict === 'allow' || action.verdict === 'borrow'),
    );
    const key = /^\w+$/.test(service) ? service : `'${service}'`;
    return `  ${key}: \`${wrapped(safe.map(({ name }) => name.toLowerCase())).join('\n    ')}\`,\n`;
  });
  return `/** The actions of reviewed services that were judged safe for a grant, by service, in lower case and separated by white
 *  space. Written by \`npm run guardrails\` from scripts/guardrails/judgements and AWS's Service Authorization Reference. */
export const judgedActions: Readonly<Record<string, string>> = {
${rows.join('')}};
`;
}

function wrapped(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

const BEGIN = '          # Written by npm run guardrails, from here';
const END = '          # to here.\n';

/** The boundary with its generated statements. Its other statements are written by hand and stay. */
function withDenies(path: string, text: string, reference: readonly JudgedAction[]): string {
  const [begin, end] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (begin < 0 || end < begin)
    throw new Error(`${path} lacks the lines between which statements are written`);
  const head = text.slice(0, text.indexOf('\n', begin) + 1);
  const statements = boundaryDenies(reference).map(
    ({ sid, element, actions }) =>
      `          - Sid: ${sid}
            Effect: Deny
            ${element}:
${actions.map((action) => `              - "${action}"\n`).join('')}            Resource: "*"
`,
  );
  return `${head}${statements.join('')}${text.slice(end)}`;
}

/** `npm run guardrails`: writes the generated files. `-- --check` fails where one is not of today, or an action was not
 *  judged; `-- service:Action` prints judgements. */
async function main(): Promise<void> {
  const root = join(import.meta.dirname, '..', '..');
  const asked = process.argv.slice(2);
  const isCheck = asked.includes('--check');
  const names = asked.filter((one) => one.includes(':'));
  const reference = await judgedReference();
  if (names.length > 0) return print(reference, names);
  const unjudged = reference.filter(({ verdict }) => verdict === undefined);
  const stale = Object.entries(await generatedFiles(root)).filter(
    ([path, text]) => readFileSync(join(root, path), 'utf8') !== text,
  );
  if (!isCheck) for (const [path, text] of stale) writeFileSync(join(root, path), text);
  const problems = [
    ...unjudged.map(
      ({ service, name, level }) =>
        `${service}:${name} (${level}) was not judged: add it to scripts/guardrails/judgements`,
    ),
    ...(isCheck
      ? stale.map(([path]) => `${path} does not match the judgements: run npm run guardrails`)
      : []),
  ];
  if (problems.length > 0) {
    console.error(problems.join('\n'));
    process.exit(1);
  }
  console.log(`${reference.length} actions are judged.`);
}

function print(reference: readonly JudgedAction[], names: readonly string[]): void {
  for (const asked of names) {
    const found = reference.find(
      ({ service, name }) => `${service}:${name}`.toLowerCase() === asked.toLowerCase(),
    );
    console.log(
      found
        ? `${found.service}:${found.name} (${found.level}): ${found.verdict ?? 'not judged'}. ${found.reason}`
        : `${asked}: is not in the reference, or its service was not reviewed: refused`,
    );
  }
}

if (import.meta.main) {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exit(1);
  });
}
