import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What `serverless.yml` says of a stage: the name of its service, and the parameters that are written below `params`. */
export type ServiceFile = { service: string; params: Partial<Record<string, unknown>> };

/** `serverless.yml` below `root`, for a stage: its own parameters come before those of all stages. A `--param` of one deployment is not
 *  seen. */
export function readServiceFile(root: string, stage: string): ServiceFile {
  const text = readFileSync(join(root, 'serverless.yml'), 'utf8');
  // Its short tags of CloudFormation mean nothing here.
  const { service, params = {} } = parse(text, { logLevel: 'silent' });
  return { service, params: { ...params.default, ...params[stage] } };
}
