import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';

/** What an operator's script does for COUNT grants with the JavaScript SDK: `grants.ts COUNT PREFIX FOLDER`, as `grants.sh`. */
const [, , count = '1', prefix = '', folder = ''] = process.argv;
const iam = new IAMClient({ region: 'eu-central-1' });
for (let n = 0; n < Number(count); n += 1) {
  const ROLE_NAME = `${prefix}-${n}`;
  await iam.send(
    new CreateRoleCommand({
      RoleName: ROLE_NAME,
      Path: '/rolewright/',
      PermissionsBoundary: 'arn:aws:iam::111122223333:policy/rolewright-boundary',
      AssumeRolePolicyDocument: readFileSync(join(folder, 'trust.json'), 'utf8'),
    }),
  );
  const POLICY_DOCUMENT = readFileSync(join(folder, 'permissions.json'), 'utf8');
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: ROLE_NAME,
      PolicyName: 'permissions',
      PolicyDocument: POLICY_DOCUMENT,
    }),
  );
}
