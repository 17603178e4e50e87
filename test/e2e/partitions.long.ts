import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { sourceOfStage } from '../../adapters/settings/source.ts';
import { awsLook } from '../support/e2e/aws.ts';
import { siteBody } from '../support/e2e/samples.ts';
import { useStack } from '../support/e2e/stack/stack.ts';

const root = process.cwd();
const folder = mkdtempSync(join(tmpdir(), 'rolewright-china-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The sandbox's settings with every account in China. */
function chinese(): string {
  const file = join(folder, 'config.yaml');
  const text = readFileSync(join(root, 'sandbox', 'config.yaml'), 'utf8');
  const moved = text
    .replaceAll('partition: aws\n', 'partition: aws-cn\n')
    .replaceAll('eu-central-1', 'cn-north-1')
    .replaceAll('arn:aws:', 'arn:aws-cn:');
  writeFileSync(file, moved);
  return file;
}

const world = useStack({ source: { ...sourceOfStage(root, 'sandbox'), configuration: chinese() } });

describe('an installation in aws-cn', () => {
  it.each([
    ['its own account', 'default', '111122223333'],
    ['a spoke', 'staging', '444455556666'],
  ])(
    'makes, explains and revokes a grant in %s, and names nothing of another partition',
    async (_, account, id) => {
      const look = awsLook(world().stack.aws.url, id);
      const repository = await world().repository();
      const made = await world().request({ ...siteBody(repository, 'shop-china'), account });
      expect([made.status, made.json.account]).toEqual([201, { alias: account, id }]);
      const { arn, name } = made.json.role as { arn: string; name: string };
      expect(arn).toBe(`arn:aws-cn:iam::${id}:role/rolewright/${name}`);
      expect(JSON.stringify(made.json)).not.toContain('arn:aws:');
      const seen = await look.role(name);
      expect(seen?.role.PermissionsBoundary?.PermissionsBoundaryArn).toBe(
        `arn:aws-cn:iam::${id}:policy/rolewright-boundary`,
      );
      expect(JSON.stringify(seen)).not.toContain('arn:aws:');

      const token = await world().step(repository.fullName);
      const session = await look.session(arn, token);
      const may = (resource: string) => look.canAct(session, 's3:PutObject', resource);
      expect(await may('arn:aws-cn:s3:::shop-china/index.html')).toBe(true);
      expect(await may('arn:aws:s3:::shop-china/index.html')).toBe(false);
      expect(await look.assume(arn.replace('aws-cn', 'aws'), token)).toEqual({ code: 'AccessDenied' });
      const explained = await world().api('POST', '/v1/explain', {
        token: world().ada,
        json: { grantId: String(made.json.id), token },
      });
      expect(explained.json).toMatchObject({ admitted: true });

      expect((await world().revoke(String(made.json.id))).json.state).toBe('revoked');
      expect(await look.role(name)).toBeUndefined();
      expect(await may('arn:aws-cn:s3:::shop-china/index.html')).toBe(false);
      look.close();
    },
  );
});
