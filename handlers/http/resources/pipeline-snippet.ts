import type { GrantIntent } from '../../../domain/grants/intent.ts';

/** The step for `bitbucket-pipelines.yml` that uses a grant's role: it names the deployment environment where the grant
 *  has one, asks for a token, and hands it to the AWS SDKs and CLI. Ends in a line feed. */
export function pipelineSnippet(intent: GrantIntent, roleArn: string, region: string): string {
  const { environment, template } = intent;
  // A JSON string is a YAML string: environments may be called anything.
  const deployment = environment ? [`    deployment: ${JSON.stringify(environment.name)}`] : [];
  return [
    '- step:',
    `    name: ${template.name}`,
    ...deployment,
    '    oidc: true',
    '    script:',
    `      - export AWS_REGION=${region}`,
    `      - export AWS_ROLE_ARN=${roleArn}`,
    '      - export AWS_WEB_IDENTITY_TOKEN_FILE=$(mktemp)',
    '      - printf %s "$BITBUCKET_STEP_OIDC_TOKEN" > "$AWS_WEB_IDENTITY_TOKEN_FILE"',
    '      - aws sts get-caller-identity',
    '',
  ].join('\n');
}
