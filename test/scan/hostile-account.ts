import type { SourceDocument } from '../../domain/scan/account/account.ts';
import { fixture } from './fixture-files.ts';

/** Texts that move a cursor, turn text around, close a tag, a code fence, a table cell or a shell word. */
export const HOSTILE = [
  '\u001b[2J\u001b[31mgone',
  'safe\u202egpj.exe\u2066',
  '</svg></pre><script>alert(1)</script><img src=x onerror=alert(1)>',
  '" onload="alert(1)',
  "'; rm -rf ~; echo '",
  '$(reboot)`reboot`',
  '| a | b |\n# heading\n```\n[x](javascript:alert(1))',
  '../../etc/passwd',
  '\u0000\u0007\u009b31m\u2028\u{e0041}\ud800',
];

/** A fixture whose every role, policy, claim, environment and provider has a hostile name. */
export function hostileDocuments(): SourceDocument[] {
  const { RoleDetailList } = fixture('bitbucket-modules') as { RoleDetailList: Record<string, unknown>[] };
  const roles = HOSTILE.map((text, index) => ({
    ...RoleDetailList[index % 3],
    RoleName: text,
    Arn: `arn:aws:iam::111122223333:role/${text}`,
    RolePolicyList: [
      {
        PolicyName: text,
        PolicyDocument: { Statement: { Effect: 'Allow', Action: `s3:Put${text}`, Resource: text } },
      },
    ],
  }));
  const statement = (key: string, value: string, sid: string) => ({
    Sid: sid,
    Effect: 'Allow',
    Principal: {
      Federated:
        'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
    },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringLike: {
        'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc:sub': [`*${value}*`, '*'],
        [`api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc:${key}`]: value,
      },
    },
  });
  const trusts = HOSTILE.map((text, index) => ({
    RoleName: `trust-${index}`,
    Arn: `arn:aws:iam::111122223333:role/trust-${index}`,
    AssumeRolePolicyDocument: { Statement: [statement('aud', '*', text), statement(text, text, text)] },
  }));
  const foreign = HOSTILE.map((text, index) => ({
    RoleName: `foreign-${index}`,
    Arn: `arn:aws:iam::111122223333:role/foreign-${index}`,
    AssumeRolePolicyDocument: {
      Statement: {
        Effect: 'Allow',
        Principal: { Federated: `arn:aws:iam::111122223333:oidc-provider/${text}` },
        Action: 'sts:AssumeRoleWithWebIdentity',
      },
    },
  }));
  const names = HOSTILE.map((text, index) => ({
    uuid: `{1de489be-ce6a-42a0-a8c8-eadbf1174ac${index}}`,
    full_name: text,
  }));
  return [
    { file: 'account.json', content: { RoleDetailList: [...roles, ...trusts, ...foreign] } },
    { file: 'names.json', content: { values: names } },
    { file: `${HOSTILE[0]}.json`, content: { [HOSTILE[2] ?? '']: 1 } },
  ];
}
