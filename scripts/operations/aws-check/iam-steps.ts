import {
  CreateOpenIDConnectProviderCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeletePolicyCommand,
  GetRoleCommand,
  ListRolesCommand,
  PutRolePermissionsBoundaryCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand } from '@aws-sdk/client-sts';
import {
  makeRole,
  PROBE_PATH,
  PROBE_PREFIX,
  type Probe,
  roleArn,
  sessionWith,
  trustOfAccount,
} from './probe.ts';
import { endOf, expectEnds, NotAsExpected, Skipped, type Step } from './step.ts';

const named = (name: string): string => `${PROBE_PREFIX}${name}`;

/** The boundary of the check's roles: it allows what they may do at most, which is anything. */
const boundaryArn = ({ partition, account }: Probe): string =>
  `arn:${partition}:iam::${account}:policy${PROBE_PATH}${named('boundary')}`;

const denyAllArn = ({ partition }: Probe): string => `arn:${partition}:iam::aws:policy/AWSDenyAll`;

const bounded = (probe: Probe) => ({ StringEquals: { 'iam:PermissionsBoundary': boundaryArn(probe) } });

const allow = (action: string | string[], resource: string | string[], condition?: object) => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
  ...(condition ? { Condition: condition } : {}),
});

/** Milliseconds between two looks, and how many there are. */
const LOOK_MS = 2000;
const LOOKS = 60;

/** What Rolewright's permissions in IAM rest on. The first makes what the others use. */
export const iamSteps: readonly Step[] = [
  {
    name: 'role',
    expects: 'A role with path and boundary is made, found and listed as it was made.',
    async run(probe) {
      await probe.iam.send(
        new CreatePolicyCommand({
          PolicyName: named('boundary'),
          Path: PROBE_PATH,
          PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [allow('*', '*')] }),
        }),
      );
      await makeRole(probe, named('bounded'), boundaryArn(probe));
      await makeRole(probe, named('unbounded'));
      await probe.sleep(LOOK_MS);
      const { Role: role } = await probe.iam.send(new GetRoleCommand({ RoleName: named('bounded') }));
      const trust = decodeURIComponent(role?.AssumeRolePolicyDocument ?? '');
      const { Roles: roles = [] } = await probe.iam.send(new ListRolesCommand({ PathPrefix: PROBE_PATH }));
      const seen = [
        role?.Path === PROBE_PATH ? 'path' : '',
        role?.PermissionsBoundary?.PermissionsBoundaryArn === boundaryArn(probe) ? 'boundary' : '',
        trust === trustOfAccount(probe) ? 'trust policy as sent' : '',
        roles.some(({ RoleName }) => RoleName === named('bounded')) ? 'listed' : '',
      ].filter(Boolean);
      if (seen.length < 4) throw new NotAsExpected(seen.join(', '));
      return seen.join(', ');
    },
  },
  {
    name: 'missing-role',
    expects:
      'Who may look at roles by name without a path learns that a role does not exist; who may not is denied.',
    async run(probe) {
      const here = roleArn(probe, '*');
      const bare = `arn:${probe.partition}:iam::${probe.account}:role/${named('none')}`;
      const knows = probe.as(await sessionWith(probe, named('looks'), [allow('iam:GetRole', [here, bare])]));
      const guesses = probe.as(await sessionWith(probe, named('guesses'), [allow('iam:GetRole', here)]));
      const look = new GetRoleCommand({ RoleName: named('none') });
      return expectEnds([
        ['with the bare name', 'NoSuchEntityException', () => knows.iam.send(look)],
        ['below the path only', 'denied', () => guesses.iam.send(look)],
      ]);
    },
  },
  {
    name: 'boundary-key-on-trust',
    expects:
      'UpdateAssumeRolePolicy knows iam:PermissionsBoundary: it is allowed on a bounded role and denied on another.',
    async run(probe) {
      const may = allow('iam:UpdateAssumeRolePolicy', roleArn(probe, '*'), bounded(probe));
      const { iam } = probe.as(await sessionWith(probe, named('trusts'), [may]));
      const update = (name: string) => () =>
        iam.send(
          new UpdateAssumeRolePolicyCommand({ RoleName: named(name), PolicyDocument: trustOfAccount(probe) }),
        );
      return expectEnds([
        ['bounded', 'allowed', update('bounded')],
        ['unbounded', 'denied', update('unbounded')],
      ]);
    },
  },
  {
    name: 'boundary-key-on-role',
    expects: 'UpdateRole knows iam:PermissionsBoundary as well.',
    async run(probe) {
      const may = allow('iam:UpdateRole', roleArn(probe, '*'), bounded(probe));
      const { iam } = probe.as(await sessionWith(probe, named('updates'), [may]));
      const update = (name: string) => () =>
        iam.send(new UpdateRoleCommand({ RoleName: named(name), MaxSessionDuration: 3600 }));
      return expectEnds([
        ['bounded', 'allowed', update('bounded')],
        ['unbounded', 'denied', update('unbounded')],
      ]);
    },
  },
  {
    name: 'create-role',
    expects:
      'A role can be created with the boundary and own tags, and neither without the boundary nor with a foreign tag.',
    async run(probe) {
      const { iam } = probe.as(
        await sessionWith(probe, named('creates'), [
          allow('iam:CreateRole', roleArn(probe, '*'), bounded(probe)),
          allow('iam:TagRole', roleArn(probe, '*')),
          {
            Effect: 'Deny',
            Action: ['iam:CreateRole', 'iam:TagRole'],
            Resource: '*',
            Condition: { 'ForAnyValue:StringNotLike': { 'aws:TagKeys': 'rolewright:*' } },
          },
        ]),
      );
      const create = (name: string, tag: string, boundary?: string) => () =>
        iam.send(
          new CreateRoleCommand({
            RoleName: named(name),
            Path: PROBE_PATH,
            AssumeRolePolicyDocument: trustOfAccount(probe),
            Tags: [{ Key: tag, Value: 'probe' }],
            ...(boundary ? { PermissionsBoundary: boundary } : {}),
          }),
        );
      return expectEnds([
        ['without the boundary', 'denied', create('made-1', 'rolewright:grant')],
        ['with a foreign tag', 'denied', create('made-2', 'team', boundaryArn(probe))],
        ['with both as they must be', 'allowed', create('made-3', 'rolewright:grant', boundaryArn(probe))],
      ]);
    },
  },
  {
    name: 'deny-all',
    expects: 'AWSDenyAll as boundary ends what a live session may do. The delay is measured.',
    async run(probe) {
      const credentials = await sessionWith(probe, named('lives'), [
        allow('iam:GetRole', roleArn(probe, '*')),
      ]);
      const look = () =>
        endOf(probe.as(credentials).iam.send(new GetRoleCommand({ RoleName: named('bounded') })));
      const before = await look();
      if (before !== 'allowed') throw new Error(`the session cannot act: ${before}`);
      const closed = probe.now();
      const boundary = { RoleName: named('lives'), PermissionsBoundary: denyAllArn(probe) };
      await probe.iam.send(new PutRolePermissionsBoundaryCommand(boundary));
      for (let at = 0; at < LOOKS; at += 1) {
        const end = await look();
        if (end !== 'allowed') return `${end} after ${Math.round((probe.now() - closed) / 1000)} s`;
        await probe.sleep(LOOK_MS);
      }
      throw new NotAsExpected(`still allowed after ${Math.round((probe.now() - closed) / 1000)} s`);
    },
  },
  {
    name: 'boundary-in-use',
    expects: 'A policy that bounds a role cannot be deleted: DeleteConflict.',
    run: (probe) =>
      expectEnds([
        [
          'DeletePolicy',
          'DeleteConflictException',
          () => probe.iam.send(new DeletePolicyCommand({ PolicyArn: boundaryArn(probe) })),
        ],
      ]),
  },
  {
    name: 'provider',
    expects: 'An identity provider for Bitbucket is created without a thumbprint.',
    async run(probe) {
      if (!probe.workspace) throw new Skipped('give --workspace <slug>');
      const URL = `https://api.bitbucket.org/2.0/workspaces/${probe.workspace}/pipelines-config/identity/oidc`;
      const command = new CreateOpenIDConnectProviderCommand({
        Url: URL,
        ClientIDList: ['rolewright-probe'],
        Tags: [{ Key: 'rolewright-probe', Value: 'made' }],
      });
      const end = await endOf(probe.iam.send(command));
      if (end === 'EntityAlreadyExistsException') throw new Skipped('the account has this provider already');
      if (end !== 'allowed') throw new NotAsExpected(end);
      return 'created';
    },
  },
  {
    name: 'audience-list',
    expects:
      'A token whose aud is a list does not match StringEquals with one of its values. Either answer is worth knowing.',
    async run(probe) {
      const { workspace, token } = probe;
      if (!workspace || !token) throw new Skipped('give --workspace and --token-file');
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
        aud?: unknown;
      };
      const audience = [claims.aud].flat()[0];
      if (!Array.isArray(claims.aud) || typeof audience !== 'string') {
        throw new Skipped('the token has one audience: use a step with oidc: { audiences: [rolewright] }');
      }
      const issuer = `api.bitbucket.org/2.0/workspaces/${workspace}/pipelines-config/identity/oidc`;
      await probe.iam.send(
        new CreateRoleCommand({
          RoleName: named('federated'),
          Path: PROBE_PATH,
          PermissionsBoundary: denyAllArn(probe),
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Principal: {
                  Federated: `arn:${probe.partition}:iam::${probe.account}:oidc-provider/${issuer}`,
                },
                Action: 'sts:AssumeRoleWithWebIdentity',
                Condition: { StringEquals: { [`${issuer}:aud`]: audience } },
              },
            ],
          }),
        }),
      );
      await probe.sleep(LOOK_MS * 5);
      const end = await endOf(
        probe.sts.send(
          new AssumeRoleWithWebIdentityCommand({
            RoleArn: roleArn(probe, named('federated')),
            RoleSessionName: 'probe',
            WebIdentityToken: token,
          }),
        ),
      );
      if (end === 'allowed') throw new NotAsExpected('the role was assumed');
      return end;
    },
  },
];
