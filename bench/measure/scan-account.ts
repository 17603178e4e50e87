import { readFileSync, writeFileSync } from 'node:fs';

const FIXTURES = ['bitbucket-modules', 'cdk-and-sam', 'tutorials', 'other-issuers'];

/** Writes the details of an account of many roles, made of the scan's fixtures again and again, each role with repositories
 *  of its own: `node bench/measure/scan-account.ts <roles> <file>`, then
 *  `/usr/bin/time -v npm run -s rolewright -- scan <file> --format html --output report.html`. */
function largeAccount(roles: number): unknown {
  const all = FIXTURES.flatMap(
    (name) =>
      (
        JSON.parse(
          readFileSync(new URL(`../../test/scan/fixtures/${name}.json`, import.meta.url), 'utf8'),
        ) as {
          RoleDetailList: { RoleName: string; Arn: string }[];
        }
      ).RoleDetailList,
  );
  const ROLE_DETAIL_LIST = Array.from({ length: roles }, (_, index) => {
    const text = JSON.stringify(all[index % all.length])
      .replaceAll('1de489be', (0x10000000 + index).toString(16))
      .replaceAll('acme/shop', `acme/shop-${index}`);
    const role = JSON.parse(text) as { RoleName: string; Arn: string };
    return { ...role, RoleName: `${role.RoleName}-${index}`, Arn: `${role.Arn}-${index}` };
  });
  return { UserDetailList: [], GroupDetailList: [], RoleDetailList: ROLE_DETAIL_LIST, Policies: [] };
}

const [count = '1000', file = 'account.json'] = process.argv.slice(2);
writeFileSync(file, JSON.stringify(largeAccount(Number(count)), undefined, 2));
