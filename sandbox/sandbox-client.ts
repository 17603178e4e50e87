import { GetRoleCommand, IAMClient, UpdateAssumeRolePolicyCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';

/** The answer of an HTTP call. */
export type Reply = { status: number; headers: Headers; body: Record<string, unknown> };

/** A message in Slack. `ephemeralTo` is the one user who sees it. */
export type SlackMessage = {
  ts: string;
  channel: string;
  ephemeralTo?: string;
  text: string;
  blocks: object[];
};

/** The outcome of a token at STS: a session, or AWS's error code. */
export type Assumption = { accessKeyId: string } | { code: string };

/** A trust policy that lets no principal in. */
const NO_TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Deny', Principal: '*', Action: 'sts:AssumeRole' }],
});

/** Talks to a running stack as its users do: plain HTTP for Rolewright and the stand-ins, the AWS SDK for STS. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory; each call is short.
export function sandboxClient({
  api,
  bitbucket,
  aws,
  slack,
}: { api: string } & Record<'bitbucket' | 'aws' | 'slack', { url: string }>) {
  const sts = new STSClient({
    region: 'eu-central-1',
    endpoint: aws.url,
    credentials: { accessKeyId: 'SANDBOX', secretAccessKey: 'sandbox' },
  });

  async function call(url: string, init: RequestInit = {}): Promise<Reply> {
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : {} };
  }

  const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    call(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  async function token(kind: 'person' | 'service' | 'step', body: object): Promise<string> {
    const reply = await post(`${bitbucket.url}/sandbox/${kind}-token`, body);
    if (typeof reply.body.token === 'string') return reply.body.token;
    throw new Error(`the sandbox gave no token: ${JSON.stringify(reply.body)}`);
  }

  return {
    token,
    request: (bearer: string, body: object, query = '') =>
      post(`${api}/v1/grants${query}`, body, { authorization: `Bearer ${bearer}` }),
    explain: (bearer: string, grantId: string, webIdentityToken: string) =>
      post(`${api}/v1/explain`, { grantId, token: webIdentityToken }, { authorization: `Bearer ${bearer}` }),
    read: (bearer: string, path: string) =>
      call(`${api}${path}`, { headers: { authorization: `Bearer ${bearer}` } }),
    approve: (bearer: string, grantId: string, planHash: string) =>
      post(`${api}/v1/grants/${grantId}/approve`, { planHash }, { authorization: `Bearer ${bearer}` }),
    revoke: (bearer: string, grantId: string) =>
      call(`${api}/v1/grants/${grantId}`, {
        method: 'DELETE',
        headers: { authorization: `Bearer ${bearer}` },
      }),
    /** Creates and deletes a repository, as a person does in Bitbucket itself. */
    createRepository: (body: { workspace: string; slug: string; project: string }) =>
      post(`${bitbucket.url}/sandbox/repositories`, body),
    deleteRepository: (fullName: string) =>
      call(`${bitbucket.url}/sandbox/repositories/${fullName}`, { method: 'DELETE' }),
    /** Sends a slash command, or presses a button, as a person does in Slack. */
    slackCommand: (user: string, text: string) => post(`${slack.url}/sandbox/command`, { user, text }),
    slackClick: (user: string, messageTs: string, actionId: string) =>
      post(`${slack.url}/sandbox/click`, { user, messageTs, actionId }),
    async slackMessages(): Promise<SlackMessage[]> {
      const { body } = await call(`${slack.url}/sandbox/messages`);
      return body.items as SlackMessage[];
    },
    /** A repository as Bitbucket's REST API shows it. */
    repository: (fullName: string) =>
      call(`${bitbucket.url}/2.0/repositories/${fullName}`, {
        headers: { authorization: 'Bearer sandbox-token-acme' },
      }),
    /** Presents a step token to STS, as the AWS SDKs in a pipeline do. */
    async assume(roleArn: string, webIdentityToken: string): Promise<Assumption> {
      const command = new AssumeRoleWithWebIdentityCommand({
        RoleArn: roleArn,
        RoleSessionName: 'demo',
        WebIdentityToken: webIdentityToken,
      });
      try {
        const { Credentials } = await sts.send(command);
        return { accessKeyId: Credentials?.AccessKeyId ?? '' };
      } catch (error) {
        return { code: (error as Error).name };
      }
    },
    /** Has the administrator of an account withdraw what a role's trust policy allows. Returns what gives it back. */
    async withdrawTrust(accountId: string, roleName: string): Promise<() => Promise<void>> {
      const credentials = { accessKeyId: accountId, secretAccessKey: 'sandbox' };
      const iam = new IAMClient({ region: 'eu-central-1', endpoint: aws.url, credentials });
      const trust = async (PolicyDocument: string) => {
        await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: roleName, PolicyDocument }));
      };
      const { Role } = await iam.send(new GetRoleCommand({ RoleName: roleName }));
      await trust(NO_TRUST);
      return () =>
        trust(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).finally(() => iam.destroy());
    },
    /** Revokes or restores the credentials of a workspace that read, of one kind. */
    setCredential: (body: { workspace: string; kind: string; revoked: boolean }) =>
      post(`${bitbucket.url}/sandbox/credentials`, body),
    /** Whether a session may do something now. */
    async canAct(accessKeyId: string, action: string, resource: string): Promise<boolean> {
      const reply = await post(`${aws.url}/sandbox/can-act`, { accessKeyId, action, resource });
      return reply.body.allowed === true;
    },
    /** Every IAM call since the last call of this function, by action. */
    async iamCalls(): Promise<string[]> {
      const { body } = await call(`${aws.url}/sandbox/calls`);
      await fetch(`${aws.url}/sandbox/calls`, { method: 'DELETE' });
      return (body.items as { service: string; action: string }[])
        .filter(({ service }) => service.toLowerCase() === 'iam')
        .map(({ action }) => action);
    },
  };
}

/** See `sandboxClient`. */
export type SandboxClient = ReturnType<typeof sandboxClient>;
