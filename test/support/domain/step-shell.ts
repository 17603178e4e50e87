import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';

/** One call of a command: its arguments, and the identity and region that the AWS tools would find around it. */
export type Call = { command: string; args: string[]; profile: string; region: string; keyId: string };

/** How a script ended, and every call that it made, in order. */
export type Run = { status: number | null; stdout: string; stderr: string; calls: Call[] };

export type Surroundings = {
  /** Beside PATH and HOME, all that the script finds. */
  env?: Record<string, string>;
  /** How often STS refuses the token before it admits it. */
  refusals?: number;
  /** An identity that AWS answers with whatever the configuration says. */
  identity?: string;
  /** Another `aws` than the stub: the lines of an executable. */
  aws?: readonly string[];
};

/** What Bitbucket sets in a step, as far as a step needs it. Source: Bitbucket Support, variables and secrets. */
export const bitbucketVariables = {
  BITBUCKET_REPO_SLUG: 'shop',
  BITBUCKET_BUILD_NUMBER: '42',
  BITBUCKET_COMMIT: '1f2e3d4c5b6a79880011223344556677889900aa',
  BITBUCKET_STEP_OIDC_TOKEN: 'header.claims.signature',
};

/** The real commands that a step needs beside its own, by name. */
const realCommands = ['mktemp', 'cat'].map((name): [string, string] => [
  name,
  execFileSync('/bin/sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim(),
]);

const RECORD = [
  '#!/bin/sh',
  'here=$' + '{0%/*}/..',
  `printf '%s\\0' "$#" "$` +
    `{0##*/}" "$@" "$AWS_PROFILE" "$AWS_REGION" "$AWS_ACCESS_KEY_ID" >> "$here/calls"`,
];

/** `aws` as its credential chain works: keys first, then a role in variables, then the profile of the configuration. */
const AWS = [
  ...RECORD,
  'test "$1 $2" = "sts get-caller-identity" || exit 0',
  'read -r left < "$here/refusals"',
  'if test "$left" -gt 0; then echo $((left - 1)) > "$here/refusals"; echo "AccessDenied" >&2; exit 254; fi',
  'if test -s "$here/identity"; then while read -r line; do echo "$line"; done < "$here/identity"; exit 0; fi',
  'if test -n "$AWS_ACCESS_KEY_ID"; then echo arn:aws:iam::111122223333:user/old; exit 0; fi',
  'sections= section= role=$AWS_ROLE_ARN session=$AWS_ROLE_SESSION_NAME token=',
  'while read -r key equals value; do',
  '  case $key in "["*)',
  '    section="$key $equals"',
  '    case $sections in *"$section"*) echo "Unable to parse config file" >&2; exit 255 ;; esac',
  '    sections="$sections $section" ;;',
  '  esac',
  '  test "$section" = "[profile $AWS_PROFILE]" || continue',
  '  case $key in role_arn) role=$' +
    '{role:-$value} ;; role_session_name) session=$value ;; web_identity_token_file) read -r token < "$value" ;; esac',
  'done < "$AWS_CONFIG_FILE"',
  'test "$token" = "$BITBUCKET_STEP_OIDC_TOKEN" || { echo "InvalidIdentityToken $token" >&2; exit 254; }',
  'account=$' + '{role#arn:aws*:iam::}',
  'echo "arn:aws:sts::$' + '{account%%:*}:assumed-role/$' + '{role##*/}/$session"',
];

/** The one step of a text for `bitbucket-pipelines.yml`. */
export type Step = {
  name: string;
  image?: string;
  deployment?: string;
  oidc: boolean;
  services?: string[];
  script: (string | { pipe: string; variables: Record<string, string> })[];
};

/** The steps of a snippet, as a YAML parser reads them. */
export const stepsIn = (snippet: string): Step[] =>
  (parse(snippet) as { step: Step }[]).map(({ step }) => step);

/** The commands of one or more snippets, in order. */
export const scriptOf = (...snippets: string[]): string[] =>
  snippets.flatMap(stepsIn).flatMap(({ script }) => script.map(String));

/** Runs commands as Bitbucket does: one POSIX shell with `set -e`, one command after the other, with nothing around it but
 *  PATH, HOME and what is given. Every word that could be a command is a stub on PATH that records its call; `aws` answers
 *  like the AWS CLI. Source of `set -e` in one shell: Bitbucket Support, "Why does Bitbucket Pipelines pass build steps
 *  despite previous command failure". */
export async function runScript(commands: readonly string[], surroundings: Surroundings = {}): Promise<Run> {
  const { env = bitbucketVariables, refusals = 0, identity = '', aws = AWS } = surroundings;
  const root = mkdtempSync(join(tmpdir(), 'step-'));
  const bin = join(root, 'bin');
  try {
    mkdirSync(bin);
    const words = new Set(commands.join('\n').match(/[a-z][a-z0-9-]*/g));
    for (const known of ['aws', ...realCommands.map(([name]) => name)]) words.delete(known);
    writeStub(root, 'record', RECORD);
    for (const word of words.add('sleep')) symlinkSync(join(root, 'record'), join(bin, word));
    writeStub(bin, 'aws', aws);
    for (const [name, path] of realCommands) symlinkSync(path, join(bin, name));
    writeFileSync(join(root, 'refusals'), `${refusals}\n`);
    writeFileSync(join(root, 'identity'), identity && `${identity}\n`);
    writeFileSync(join(root, 'calls'), '');
    writeFileSync(join(root, 'script.sh'), `set -e\n${commands.join('\n')}\n`);
    const shell = spawn('/bin/sh', [join(root, 'script.sh')], {
      cwd: root,
      env: { PATH: bin, HOME: root, TMPDIR: root, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise<number | null>((resolve) => shell.on('close', resolve));
    const [stdout, stderr, status] = await Promise.all([text(shell.stdout), text(shell.stderr), ended]);
    return { status, stdout, stderr, calls: callsIn(readFileSync(join(root, 'calls'), 'utf8')) };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function writeStub(folder: string, name: string, lines: readonly string[]): void {
  writeFileSync(join(folder, name), `${lines.join('\n')}\n`, { mode: 0o755 });
}

function callsIn(record: string): Call[] {
  const fields = record.split('\0').slice(0, -1);
  const calls: Call[] = [];
  for (let at = 0; at < fields.length; ) {
    const count = Number(fields[at]);
    const [command = '', ...rest] = fields.slice(at + 1, at + count + 5);
    const [profile = '', region = '', keyId = ''] = rest.slice(count);
    calls.push({ command, args: rest.slice(0, count), profile, region, keyId });
    at += count + 5;
  }
  return calls;
}
