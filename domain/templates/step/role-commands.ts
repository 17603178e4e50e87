import { profileOf, type StepGrant } from './step-grant.ts';

/** Seconds between two attempts to assume the role: 55 in all. IAM is eventually consistent and names no time; Rolewright
 *  itself gives it 60 seconds. Source: IAM User Guide, troubleshooting, "Changes that I make are not always immediately
 *  visible"; the AWS SDKs do not retry AccessDenied. */
const PAUSES = '5 5 5 5 5 5 5 5 5 5 5 0';

/** Variables that give a step another identity than the role's. Sources: AWS SDKs and Tools Reference Guide, credential
 *  providers (keys come before a web identity); `AWS_SECURITY_TOKEN` is the session token of boto 2. */
const OTHER_CREDENTIALS = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_ROLE_ARN',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
];

/** Commands of POSIX sh that end credentials of another kind and hand the step's token to the AWS CLI and SDKs. They may
 *  be repeated in a step: each grant then uses the same folder and token. The session name leads from CloudTrail to the
 *  build: up to 40 characters of the repository's slug, which Bitbucket makes of letters, digits, `.`, `_` and `-`, and the
 *  build's number; STS takes 64 of `[\w+=,.@-]`. Source: STS API Reference, AssumeRoleWithWebIdentity, RoleSessionName. */
export const tokenCommands = (): string[] => [
  'test -z "${AWS_ACCESS_KEY_ID:-}" || echo "AWS_ACCESS_KEY_ID is set and is not used here; delete the variable once no step needs it"',
  `unset ${OTHER_CREDENTIALS.join(' ')}`,
  'rolewright="${rolewright:-$(mktemp -d)}"',
  'export AWS_CONFIG_FILE="$rolewright/config" AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_SDK_LOAD_CONFIG=1',
  'export AWS_ROLE_SESSION_NAME="$(printf %.40s "$BITBUCKET_REPO_SLUG")-$BITBUCKET_BUILD_NUMBER"',
  'printf %s "${BITBUCKET_STEP_OIDC_TOKEN:?is empty, the step lacks oidc}" > "$rolewright/token"',
];

/** Commands of POSIX sh that make a grant's role a profile, choose it, wait until STS admits the token, and stop the step
 *  unless account and role are the grant's. They follow `tokenCommands`, and may be repeated: a second section of the same
 *  name would make AWS CLI 1 and boto3 refuse the whole file, so each profile is a file of its own first. */
export function roleCommands(grant: StepGrant): string[] {
  const { account, role } = grant;
  const profile = profileOf(grant);
  const session = `arn:${account.partition}:sts::${account.id}:assumed-role/${role.name}/`;
  const keys = ['region', 'role_arn', 'role_session_name', 'web_identity_token_file'];
  const format = `[profile %s]\\n${keys.map((key) => `${key} = %s\\n`).join('')}`;
  return [
    `export AWS_PROFILE=${profile} AWS_REGION=${account.region} AWS_DEFAULT_REGION=${account.region}`,
    `printf '${format}' "$AWS_PROFILE" "$AWS_REGION" ${role.arn} "$AWS_ROLE_SESSION_NAME" "$rolewright/token" > "$rolewright/$AWS_PROFILE.profile"`,
    'cat "$rolewright"/*.profile > "$AWS_CONFIG_FILE"',
    `for pause in ${PAUSES}; do caller="$(aws sts get-caller-identity --query Arn --output text)" && break; sleep $pause; done`,
    `case "$caller" in ${session}*) echo "Runs as $caller" ;; *) echo "Stopped, the role is ${role.name}, but AWS says \${caller:-nothing}; ask POST /v1/explain about ${grant.id}" >&2; exit 1 ;; esac`,
  ];
}
