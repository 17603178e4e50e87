import { parseArgs } from 'node:util';
import { scanCodes } from '../../domain/scan/codes.ts';
import { type Severity, severities } from '../../domain/scan/report.ts';
import { UsageError } from '../command.ts';
import { plainText } from '../plain-text.ts';

/** The forms that a report comes in. */
const formats = ['terminal', 'markdown', 'html', 'json', 'sarif'] as const;
export type Format = (typeof formats)[number];

/** What `rolewright scan` was asked for. */
export type ScanArguments = {
  files: string[];
  format: Format;
  output: string | undefined;
  only: string[];
  ignore: string | undefined;
  failOn: Severity | 'none';
  strict: boolean;
  workspaces: string[];
  policies: string | undefined;
};

export const SCAN_HELP = `Usage: rolewright scan FILE... [options]

Says which tokens of Bitbucket, GitHub, GitLab and other OIDC providers get in
to the roles of an AWS account. Needs no credentials and no network, and changes
nothing. "-" reads standard input.

FILE is the output of
  aws iam get-account-authorization-details
and, to judge audiences as well, of
  aws iam get-open-id-connect-provider --open-id-connect-provider-arn ARN
Repositories and environments as Bitbucket's API lists them give names to UUIDs.

  --format FORMAT     terminal (default), markdown, html, json or sarif
  --json              the same as --format json
  --output FILE       write there instead of standard output
  --only WHAT         only findings of a code or severity; may be repeated
  --ignore FILE       accepted findings: a list of {code, role, reason, until?}
  --fail-on SEVERITY  exit 1 for findings from critical, high, medium or low
                      (default) on; none: never
  --strict            exit 1 as well where something could not be judged
  --workspace SLUG    a Bitbucket workspace of yours; any other is foreign
  --policies DIR      write the policies that the shown commands read

Exit codes: 0 nothing found, 1 found something, 2 wrong use.
`;

const OPTIONS = {
  format: { type: 'string' },
  json: { type: 'boolean' },
  output: { type: 'string' },
  only: { type: 'string', multiple: true },
  ignore: { type: 'string' },
  'fail-on': { type: 'string' },
  strict: { type: 'boolean' },
  workspace: { type: 'string', multiple: true },
  policies: { type: 'string' },
} as const;

/** Reads the arguments. Throws `UsageError` that names what is wrong and what is possible. */
export function readArguments(args: readonly string[]): ScanArguments {
  const { values, positionals } = parsed(args);
  if (positionals.length === 0) throw new UsageError(`Which file?\n\n${SCAN_HELP}`);
  const format = oneOf(
    '--format',
    (values.format ?? (values.json ? 'json' : 'terminal')).toLowerCase(),
    formats,
  );
  if (values.json && format !== 'json')
    throw new UsageError(`--json and --format ${format} exclude each other.`);
  return {
    files: positionals,
    format,
    output: values.output,
    only: listed(values.only).map((one) => oneOf('--only', wantedName(one), [...severities, ...scanCodes])),
    ignore: values.ignore,
    failOn: oneOf('--fail-on', (values['fail-on'] ?? 'low').toLowerCase(), [...severities, 'none']),
    strict: values.strict ?? false,
    workspaces: listed(values.workspace).map(slugOf),
    policies: values.policies,
  };
}

/** The values of an option that may be repeated, or hold several with commas between them. */
const listed = (values: readonly string[] = []): string[] =>
  values.flatMap((one) => one.split(',')).map((one) => one.trim());

/** A workspace's slug, in the lower case that Bitbucket writes it in. */
function slugOf(text: string): string {
  const slug = text.toLowerCase();
  if (/^[\w.-]+$/.test(slug)) return slug;
  throw new UsageError(
    `--workspace takes the slug of a Bitbucket workspace, such as acme, not "${plainText(text)}".`,
  );
}

/** Codes are written in capitals, severities are not. */
const wantedName = (text: string): string =>
  severities.some((one) => one === text.toLowerCase()) ? text.toLowerCase() : text.toUpperCase();

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(`${plainText((error as Error).message)}\nrolewright scan --help lists the options.`);
  }
}

function oneOf<T extends string>(option: string, text: string, known: readonly T[]): T {
  const found = known.find((one) => one === text);
  if (found === undefined) {
    throw new UsageError(`${option} takes one of ${known.join(', ')}, not "${plainText(text)}".`);
  }
  return found;
}
