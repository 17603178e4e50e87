import { AwsError } from '../protocol/error.ts';
import type { World } from '../world.ts';

/** Source: SSM API Reference, PutParameter, "Naming Constraints". */
const MAX_LEVELS = 15;
const MAX_ARN_CHARACTERS = 1011;

/** The ARN of a parameter. */
export const parameterArn = ({ accountId, partition }: World, region: string, name: string): string =>
  `arn:${partition}:ssm:${region}:${accountId}:parameter/${name.replace(/^\//, '')}`;

/** Throws ValidationException or HierarchyLevelLimitExceededException for what cannot be a new parameter's name. */
export function checkNewName(world: World, region: string, name: string): void {
  const invalid = (message: string) => new AwsError(400, 'ValidationException', message);
  if (!/^[a-zA-Z0-9_.\-/]+$/.test(name) || /\/\/|\/$/.test(name)) {
    throw invalid('Parameter name: only letters, digits and the symbols . - _ are allowed between slashes.');
  }
  if (name.includes('/') && !name.startsWith('/')) {
    throw invalid('Parameter name must be a fully qualified name.');
  }
  if (/^\/?(aws|ssm)/i.test(name)) {
    throw invalid('Parameter name: can\'t be prefixed with "aws" or "ssm" (case-insensitive).');
  }
  if (parameterArn(world, region, name).length > MAX_ARN_CHARACTERS) {
    throw invalid(`Parameter name: its ARN must have at most ${MAX_ARN_CHARACTERS} characters.`);
  }
  if (name.split('/').length - 1 > MAX_LEVELS) {
    throw new AwsError(
      400,
      'HierarchyLevelLimitExceededException',
      `A hierarchy can have a maximum of ${MAX_LEVELS} levels.`,
    );
  }
}

/** What `Name` of a read names: the parameter by name or ARN, and the selector behind a colon, if any. An ARN does not say
 *  whether the name begins with a slash: with it, unless only one without `exists`. */
export function selected(
  text: string,
  exists: (name: string) => boolean,
): { name: string; selector: string | undefined } {
  const arn = /^arn:[^:]*:ssm:[^:]*:[^:]*:parameter\/([^:]*)(?::(.*))?$/s.exec(text);
  if (arn) {
    const [, name = '', selector] = arn;
    return { name: exists(name) && !exists(`/${name}`) ? name : `/${name}`, selector };
  }
  const [name = '', selector] = text.split(/:(.*)/s);
  return { name, selector };
}
