import { readFileSync } from 'node:fs';
import type { SourceDocument } from '../../domain/scan/account/account.ts';
import type { ScanReport } from '../../domain/scan/report.ts';
import { scan } from '../../domain/scan/scan.ts';
import { START } from '../sandbox/aws/world.ts';
import { asEpoch } from '../support/identifiers.ts';

/** The fixtures that hold roles: shapes that published modules, frameworks and tutorials produce, in our own names. */
export const accountFixtures = ['bitbucket-modules', 'cdk-and-sam', 'tutorials', 'other-issuers'] as const;

/** A fixture's content. */
export const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'));

export const documents = (...names: string[]): SourceDocument[] =>
  names.map((name) => ({ file: `${name}.json`, content: fixture(name) }));

/** A scan at the time of the sandbox's clock. */
export const scanned = (sources: readonly SourceDocument[], workspaces: readonly string[] = []): ScanReport =>
  scan({ documents: sources, workspaces, policyFolder: 'scan-policies', now: asEpoch(START) });

type Role = { RoleName: string; Arn: string; AssumeRolePolicyDocument: unknown };

/** The roles of a fixture by name. */
export const rolesOf = (name: string): Map<string, Role> =>
  new Map(
    (fixture(name) as { RoleDetailList: Role[] }).RoleDetailList.map(
      (role) => [role.RoleName, role] as const,
    ),
  );
