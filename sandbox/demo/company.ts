import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';

type Project = { workspace: string; key: string; uuid: string };
type OpenTo = { accounts: string[]; environments?: Record<string, string[]> };

/** What is read of `sandbox/config.yaml`, and added to. */
type Configuration = {
  accounts: ({ alias: string; id: string } & Record<string, unknown>)[];
  projects: (Project & OpenTo)[];
  ownership: { project: Project; accounts?: string[]; owns: Record<string, string[]> }[];
};

/** The accounts of the company, by alias. */
export const COMPANY_ACCOUNTS = {
  default: '111122223333',
  staging: '444455556666',
  production: '777788889999',
} as const;

/** The role of each spoke that Rolewright assumes. */
export const SPOKE_ROLE = 'rolewright-spoke';

const PRODUCTION_OF_SHOP = '{bd715740-c970-486b-b68a-b421ec2a1f8b}';
const OTHER: Project = {
  workspace: 'globex',
  key: 'OTHER',
  uuid: '{b5221305-d747-47c2-8531-4533c5ef0422}',
};

/** Writes the configuration of a company with two workspaces and three accounts into `folder`, and returns its path. It is
 *  `sandbox/config.yaml` with the spoke `production`: open to the environment Production of `acme/shop`, and to `globex`, whose
 *  project OTHER owns `globex-*` in all three. */
export function writeCompanyConfiguration(root: string, folder: string): string {
  const standard = parse(readFileSync(join(root, 'sandbox/config.yaml'), 'utf8')) as Configuration;
  const accounts = Object.keys(COMPANY_ACCOUNTS);
  const company: Configuration = {
    ...standard,
    accounts: [
      ...standard.accounts,
      {
        alias: 'production',
        id: COMPANY_ACCOUNTS.production,
        partition: 'aws',
        region: 'eu-central-1',
        boundaryPolicy: 'rolewright-boundary',
        provisionerRole: `arn:aws:iam::${COMPANY_ACCOUNTS.production}:role/${SPOKE_ROLE}`,
        externalId: 'rolewright-sandbox-production',
      },
    ],
    projects: [
      ...standard.projects.map((project) => ({
        ...project,
        accounts,
        environments: { production: [PRODUCTION_OF_SHOP] },
      })),
      { ...OTHER, accounts },
    ],
    ownership: [
      ...standard.ownership.map((rule) => (rule.accounts ? { ...rule, accounts } : rule)),
      { project: OTHER, accounts, owns: { any: ['globex-*'] } },
    ],
  };
  const path = join(folder, 'company.yaml');
  writeFileSync(path, stringify(company));
  return path;
}
