import type { JournalEntry } from '../../../../sandbox/aws/call-journal.ts';
import { type OidcProvider, openState, type Role } from '../../../../sandbox/aws/state.ts';
import type { WalkStandIns } from './stand-ins.ts';

/** All that IAM holds in all accounts that matters to a grant, seen by readers yet or not. */
export type IamState = { roles: Role[]; providers: OidcProvider[] };

/** Another hand in the same AWS accounts: an administrator, a pipeline with its token, an observer. */
export type AwsHand = {
  state(): IamState;
  /** Does one IAM action as the administrator of an account, the hub's by default; throws what IAM refuses. */
  act(action: string, parameters: Record<string, string>, accountId?: string): Promise<void>;
  /** The access key of a session when the role admits the token. */
  assume(roleArn: string, token: string): Promise<string | undefined>;
  canAct(accessKeyId: string, action: string, resource: string): Promise<boolean>;
  arm(fault: { match: string; effect: string; times?: number; delayMs?: number }): Promise<void>;
  calmDown(): Promise<void>;
  /** Whether the parameter is there that freezes the whole installation. */
  isInstallationFrozen(): Promise<boolean>;
  /** Deletes that parameter, as an administrator's `npm run thaw` does. */
  thawInstallation(): Promise<void>;
  journal(): Promise<JournalEntry[]>;
  clearJournal(): Promise<void>;
};

const FROZEN = '/rolewright/sandbox/frozen';

/** A hand on the AWS stand-in. */
export function awsHand({ awsUrl, awsFolder }: WalkStandIns, now: () => number): AwsHand {
  async function query(form: Record<string, string>, signer?: string) {
    const answer = await fetch(awsUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(signer
          ? { authorization: `AWS4-HMAC-SHA256 Credential=${signer}/20270115/us-east-1/iam/aws4_request` }
          : {}),
      },
      body: new URLSearchParams(form),
    });
    return { isDone: answer.ok, text: await answer.text() };
  }
  async function sandbox(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(`${awsUrl}/sandbox/${path}`, {
      method,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return answer.json();
  }
  /** One call of Parameter Store about the switch of the installation; undefined where there is no such parameter. */
  async function frozenParameter(action: 'GetParameter' | 'DeleteParameter'): Promise<object | undefined> {
    const answer = await fetch(awsUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `AmazonSSM.${action}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=AKIAADMINISTRATOR/20270115/eu-central-1/ssm/aws4_request',
      },
      body: JSON.stringify({ Name: FROZEN }),
    });
    const text = await answer.text();
    if (answer.ok) return JSON.parse(text) as object;
    if (text.includes('ParameterNotFound')) return undefined;
    throw new Error(text);
  }
  return {
    state() {
      const store = openState(awsFolder, now);
      const states = store.accountIds().map((id) => store.of(id));
      return {
        roles: states.flatMap(({ roles }) => roles.allLatest()),
        providers: states.flatMap(({ providers }) => providers.allLatest()),
      };
    },
    async act(action, parameters, accountId = 'AKIAADMINISTRATOR') {
      const { isDone, text } = await query(
        { Action: action, Version: '2010-05-08', ...parameters },
        accountId,
      );
      if (!isDone) throw new Error(text);
    },
    async assume(roleArn, token) {
      const form = {
        Action: 'AssumeRoleWithWebIdentity',
        Version: '2011-06-15',
        RoleArn: roleArn,
        RoleSessionName: 'walk',
        WebIdentityToken: token,
      };
      const { isDone, text } = await query(form);
      return isDone ? /<AccessKeyId>([^<]+)/.exec(text)?.[1] : undefined;
    },
    async canAct(accessKeyId, action, resource) {
      const answer = await sandbox('POST', 'can-act', {
        accessKeyId,
        action,
        resource,
      });
      return (answer as { allowed: boolean }).allowed;
    },
    arm: async (fault) => void (await sandbox('POST', 'faults', fault)),
    calmDown: async () => void (await sandbox('DELETE', 'faults')),
    isInstallationFrozen: async () => (await frozenParameter('GetParameter')) !== undefined,
    thawInstallation: async () => void (await frozenParameter('DeleteParameter')),
    journal: async () => ((await sandbox('GET', 'calls')) as { items: JournalEntry[] }).items,
    clearJournal: async () => void (await sandbox('DELETE', 'calls')),
  };
}
