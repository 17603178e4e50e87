import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { BoundaryRoles } from '../../domain/policy/boundary-roles.ts';

/** The two lists of roles in `serverless.yml` below `root`, by name, and the name of its service; undefined where the file is not
 *  there. Read when a bundle is built: the functions do not carry the file. */
export function readServerlessFile(
  root: string,
): (BoundaryRoles & { service: string | undefined }) | undefined {
  const path = join(root, 'serverless.yml');
  if (!existsSync(path)) return undefined;
  const { custom = {}, service } = parse(readFileSync(path, 'utf8'), { customTags: cloudFormationTags }) as {
    custom?: Record<string, unknown>;
    service?: unknown;
  };
  return {
    passable: namesIn(custom.passableRoles),
    assumable: namesIn(custom.assumableRoles),
    service: typeof service === 'string' ? service : undefined,
  };
}

/** CloudFormation's short tags hold plain text here. */
const cloudFormationTags = ['!Sub', '!GetAtt', '!Ref'].map((tag) => ({
  tag,
  resolve: (value: string) => value,
}));

const namesIn = (arns: unknown): string[] =>
  [arns ?? []].flat().flatMap((arn) => /:role\/(.+)$/.exec(String(arn))?.[1] ?? []);
