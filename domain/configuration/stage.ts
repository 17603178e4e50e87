import * as z from 'zod';
import { ROLE_PATH } from '../planning/role.ts';

/** A stage is one installation. Its name is a part of the names of tables, functions and parameters, and of the path of its
 *  roles; `rw-` begins the names of roles. */
export const stageSchema = z
  .string()
  .regex(
    /^(?!rw-)[a-z][a-z0-9-]{0,19}$/,
    'must be a lower-case name of at most 20 characters, not beginning with rw-',
  );

/** The IAM path of a stage's roles. It is below `/rolewright/`, which guardrails and boundaries protect; no part begins as the name
 *  of a role, so that one stage's permissions never reach another's roles. */
export const rolePathSchema = z
  .string()
  .regex(
    /^\/rolewright\/(?:(?!rw-)[a-z][a-z0-9-]{0,39}\/){0,3}$/,
    'must be /rolewright/ or a path below it, e.g. /rolewright/dev/, without a part that begins with rw-',
  );

/** The stages whose roles are at `/rolewright/` itself. */
const AT_THE_ROOT: readonly string[] = ['prod', 'sandbox'];

/** The path of a stage's roles where its configuration gives none. */
export const defaultRolePath = (stage: string): string =>
  AT_THE_ROOT.includes(stage) ? ROLE_PATH : `${ROLE_PATH}${stage}/`;

/** Why a path cannot serve the stages of a file. */
export const sharedPathErrors = ({
  stages,
  rolePath,
}: {
  stages: readonly string[];
  rolePath?: string | undefined;
}): string[] =>
  rolePath !== undefined && stages.length > 1
    ? [
        `/rolePath: is one path for the stages ${stages.join(', ')}: two installations never share one. Leave it out, or give each stage a file of its own`,
      ]
    : [];
