import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FilteredReport,
  type IgnoreRule,
  onlyThose,
  reaches,
  withoutIgnored,
} from '../../domain/scan/ignore.ts';
import type { PolicyFile } from '../../domain/scan/report.ts';
import { scan } from '../../domain/scan/scan.ts';
import { epochTime } from '../../domain/shared/time.ts';
import { type Command, type CommandWorld, type ExitCode, UsageError } from '../command.ts';
import { plainText } from '../plain-text.ts';
import { htmlReport } from './html/page.ts';
import { jsonReport } from './json.ts';
import { markdownReport } from './markdown.ts';
import { readDocuments } from './read-documents.ts';
import { sarifReport } from './sarif.ts';
import { readArguments, SCAN_HELP, type ScanArguments } from './scan-arguments.ts';
import { terminalReport } from './terminal.ts';

/** Where the shown commands look for policies unless `--policies` says otherwise. */
const POLICY_FOLDER = 'scan-policies';

/** `rolewright scan`: who gets in to the roles of some accounts. Reads files and writes reports; calls nothing. */
export const scanCommand: Command = {
  summary: 'say which OIDC tokens get in to the roles of an AWS account',
  help: SCAN_HELP,
  run: runScan,
};

async function runScan(args: readonly string[], world: CommandWorld): Promise<ExitCode> {
  const asked = readArguments(args);
  const now = epochTime(world.now);
  const documents = await readDocuments(asked.files, world.readInput);
  const rules = await ignoreRules(asked.ignore);
  const found = scan({
    documents,
    workspaces: asked.workspaces,
    policyFolder: asked.policies ?? POLICY_FOLDER,
    now,
  });
  if (found.rolesRead === 0) throw new UsageError(nothingRead(found.unknown));
  const judged = withoutIgnored(found, rules, now);
  if (asked.policies !== undefined) await writePolicies(asked.policies, found.files);
  const text = rendered(onlyThose(judged, asked.only), asked, world);
  if (asked.output === undefined) world.write(text);
  else await write(asked.output, text);
  const isFound = asked.failOn !== 'none' && reaches(onlyThose(judged, asked.only), asked.failOn);
  return isFound || (asked.strict && judged.unknown.length > 0) ? 1 : 0;
}

/** The rules of a file; its reader, with the parsers that it needs, is loaded only for a file. */
async function ignoreRules(file: string | undefined): Promise<IgnoreRule[]> {
  if (file === undefined) return [];
  const { readIgnoreFile } = await import('./ignore-file.ts');
  return readIgnoreFile(file);
}

const nothingRead = (unknown: readonly { subject: string; reason: string }[]): string =>
  unknown.length === 0
    ? 'The documents hold no role. Give it the output of: aws iam get-account-authorization-details, without a filter'
    : unknown.map(({ subject, reason }) => `${plainText(subject)}: ${plainText(reason)}.`).join('\n');

function rendered(
  report: FilteredReport,
  { format, output, policies }: ScanArguments,
  world: CommandWorld,
): string {
  switch (format) {
    case 'json':
      return jsonReport(report);
    case 'sarif':
      return sarifReport(report);
    case 'markdown':
      return markdownReport(report);
    case 'html':
      return htmlReport(report);
    case 'terminal':
      return terminalReport(report, {
        columns: output === undefined ? world.columns : undefined,
        hasColours: output === undefined && world.hasColours,
        policies,
      });
  }
}

async function write(file: string, text: string): Promise<void> {
  await writeFile(file, text).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${plainText(file)}: it cannot be written (${error.code ?? 'unknown error'}).`);
  });
}

/** Writes each policy to a file of its own, and keeps those to fill in that are there already. The names hold an account id and a role's name as IAM allows it, no path. */
async function writePolicies(folder: string, files: readonly PolicyFile[]): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(
      `${plainText(folder)}: the folder cannot be made (${error.code ?? 'unknown error'}).`,
    );
  });
  for (const { name, policy } of files) {
    const path = join(folder, name);
    // What the reader has filled in is theirs.
    if (name.endsWith('.edit-first.json') && existsSync(path)) continue;
    await write(path, `${JSON.stringify(policy, undefined, 2)}\n`);
  }
}
