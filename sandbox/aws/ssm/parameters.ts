import { createHash } from 'node:crypto';
import { z } from 'zod';
import { faultyFields } from '../../http/faulty-fields.ts';
import { AwsError } from '../protocol/error.ts';
import type { ParameterVersion, StoredParameter } from '../state.ts';
import { authorize } from '../sts/authorization.ts';
import type { Signer } from '../sts/credentials.ts';
import type { World } from '../world.ts';
import { checkNewName, parameterArn, selected } from './parameter-name.ts';

/** One call of Parameter Store. `visibleFrom`: when others see what it writes, in milliseconds since the epoch. */
export type SsmCall = { world: World; input: unknown; signer: Signer; visibleFrom: number };

/** Characters of a value by tier, names in one read, and versions that are kept. Source: SSM API Reference, PutParameter,
 *  GetParameters; Systems Manager User Guide, "Working with parameter versions". */
const MAX_VALUE = { Standard: 4096, Advanced: 8192 };
const MAX_NAMES = 10;
const MAX_VERSIONS = 100;

const name = z.string().trim().min(1).max(2048);
const getSchema = z.object({ Name: name, WithDecryption: z.boolean().default(false) });
const getManySchema = z.object({
  Names: z.array(name).min(1).max(MAX_NAMES),
  WithDecryption: z.boolean().default(false),
});
const deleteSchema = z.object({ Name: name });
const putSchema = z.object({
  Name: name,
  // Two braces refer to another parameter. Source: SSM API Reference, PutParameter, Value.
  Value: z
    .string()
    .min(1)
    .regex(/^(?!.*\{\{.*\}\})/s),
  Type: z.enum(['String', 'StringList', 'SecureString']).optional(),
  Overwrite: z.boolean().default(false),
  Tier: z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).optional(),
  Description: z.string().max(1024).optional(),
  KeyId: z.string().min(1).max(256).optional(),
  AllowedPattern: z.string().max(1024).optional(),
  DataType: z.literal('text').optional(),
  Tags: z.array(z.object({ Key: z.string().min(1), Value: z.string() })).default([]),
});

const invalid = (message: string) => new AwsError(400, 'ValidationException', message);
const notFound = () => new AwsError(400, 'ParameterNotFound', 'The parameter does not exist.');

function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  throw invalid(
    `${result.error.issues.length} validation error(s) detected: ${faultyFields(result.error).join('; ')}`,
  );
}

const find = ({ state }: World, wanted: string): StoredParameter | undefined => state.parameters.seen(wanted);

const select = ({ world }: SsmCall, text: string) =>
  selected(text, (candidate) => find(world, candidate) !== undefined);

/** `context`: condition keys of this action. */
type Access = { action: string; named: string; context?: Record<string, string[]> };

function authorizeOn({ world, signer }: SsmCall, { action, named, context = {} }: Access): void {
  const tags = find(world, named)?.tags ?? [];
  authorize(world, signer.accessKeyId, {
    action: `ssm:${action}`,
    resource: parameterArn(world, signer.region, named),
    context: {
      'aws:RequestedRegion': [signer.region],
      ...Object.fromEntries(tags.map(({ key, value }) => [`aws:ResourceTag/${key}`, [value]])),
      ...context,
    },
  });
}

/** A version as a read answers it. The text of a SecureString that is not decrypted is opaque. */
function shown(
  call: SsmCall,
  { name: Name }: StoredParameter,
  { one, decrypted }: { one: ParameterVersion; decrypted: boolean },
) {
  const isSealed = one.type === 'SecureString' && !decrypted;
  return {
    Name,
    Type: one.type,
    Value: isSealed
      ? createHash('sha256').update(`${Name} ${one.version} ${one.value}`).digest('base64')
      : one.value,
    Version: one.version,
    LastModifiedDate: one.modifiedAt / 1000,
    ARN: parameterArn(call.world, call.signer.region, Name),
    DataType: 'text',
  };
}

/** What a name, with its version if any, reads; undefined where there is no such parameter or version. */
function read(call: SsmCall, text: string, decrypted: boolean) {
  const { name: named, selector } = select(call, text);
  const parameter = find(call.world, named);
  const one = parameter?.versions.findLast(
    ({ version }) => selector === undefined || String(version) === selector,
  );
  if (!parameter || !one) return undefined;
  const answer = shown(call, parameter, { one, decrypted });
  return selector === undefined ? answer : { ...answer, Selector: `:${selector}` };
}

function getParameter(call: SsmCall): object {
  const { Name, WithDecryption } = parsed(getSchema, call.input);
  const { name: named, selector } = select(call, Name);
  authorizeOn(call, { action: 'GetParameter', named });
  const Parameter = read(call, Name, WithDecryption);
  if (Parameter) return { Parameter };
  if (!find(call.world, named)) throw notFound();
  throw new AwsError(
    400,
    'ParameterVersionNotFound',
    `Systems Manager could not find version ${selector} of ${named}. Verify the version and try again.`,
  );
}

function getParameters(call: SsmCall): object {
  const { Names, WithDecryption } = parsed(getManySchema, call.input);
  if (new Set(Names).size < Names.length) throw invalid('Names must not contain duplicates.');
  for (const each of Names) authorizeOn(call, { action: 'GetParameters', named: select(call, each).name });
  const found = Names.map((each) => [each, read(call, each, WithDecryption)] as const);
  return {
    Parameters: found.flatMap(([, parameter]) => (parameter ? [parameter] : [])),
    InvalidParameters: found.flatMap(([each, parameter]) => (parameter ? [] : [each])),
  };
}

function deleteParameter(call: SsmCall): object {
  const { world, visibleFrom } = call;
  const { Name } = parsed(deleteSchema, call.input);
  authorizeOn(call, { action: 'DeleteParameter', named: Name });
  const { parameters } = world.state;
  if (!parameters.seen(Name) || !parameters.latest(Name)) throw notFound();
  parameters.write(Name, undefined, visibleFrom);
  return {};
}

type PutInput = z.infer<typeof putSchema>;

function putParameter(call: SsmCall): object {
  const { world, signer, visibleFrom } = call;
  const input = parsed(putSchema, call.input);
  const tags = input.Tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
  authorizeOn(call, {
    action: 'PutParameter',
    named: input.Name,
    context: {
      'ssm:Overwrite': [String(input.Overwrite)],
      ...Object.fromEntries(tags.map(({ key, value }) => [`aws:RequestTag/${key}`, [value]])),
      ...(tags.length > 0 ? { 'aws:TagKeys': tags.map(({ key }) => key) } : {}),
    },
  });
  checkNewName(world, signer.region, input.Name);
  const before = world.state.parameters.latest(input.Name);
  if (before && !input.Overwrite) {
    throw new AwsError(
      400,
      'ParameterAlreadyExists',
      'The parameter already exists. To overwrite this value, set the overwrite option in the request to true.',
    );
  }
  const tier = tierOf(input, before);
  const type = typeOf(input, before);
  checkValue(input, tier, before);
  if (input.Overwrite && tags.length > 0) throw invalid("Tags and overwrite can't be used together.");
  const version = (before?.versions.at(-1)?.version ?? 0) + 1;
  const written = { version, type, value: input.Value, modifiedAt: world.now() };
  const pattern = input.AllowedPattern ?? before?.allowedPattern;
  const stored: StoredParameter = {
    name: input.Name,
    tier,
    ...(pattern === undefined ? {} : { allowedPattern: pattern }),
    tags: before?.tags ?? tags,
    versions: [...(before?.versions ?? []), written].slice(-MAX_VERSIONS),
  };
  world.state.parameters.write(input.Name, stored, visibleFrom);
  return { Version: version, Tier: tier };
}

function tierOf({ Tier, Value }: PutInput, before: StoredParameter | undefined): 'Standard' | 'Advanced' {
  if (Tier === 'Intelligent-Tiering') return Value.length > MAX_VALUE.Standard ? 'Advanced' : 'Standard';
  // An advanced parameter cannot become a standard one (SSM API Reference, PutParameter).
  return before?.tier === 'Advanced' ? 'Advanced' : (Tier ?? 'Standard');
}

function typeOf({ Type }: PutInput, before: StoredParameter | undefined): ParameterVersion['type'] {
  const known = before?.versions.at(-1)?.type;
  if (Type !== undefined && known !== undefined && Type !== known) {
    throw new AwsError(
      400,
      'HierarchyTypeMismatchException',
      `The parameter is of type ${known}, which cannot be changed.`,
    );
  }
  const type = Type ?? known;
  if (type === undefined) throw invalid('A parameter type is required when you create a parameter.');
  return type;
}

function checkValue(
  { Value, AllowedPattern }: PutInput,
  tier: 'Standard' | 'Advanced',
  before: StoredParameter | undefined,
): void {
  if (Buffer.byteLength(Value) > MAX_VALUE[tier]) {
    throw invalid(
      `${tier} tier parameters support a maximum parameter value of ${MAX_VALUE[tier]} characters.`,
    );
  }
  if (/\{\{/.test(Value)) throw invalid('Parameter value must not be nested in double brackets.');
  const pattern = AllowedPattern ?? before?.allowedPattern;
  if (pattern !== undefined && !matchesPattern(pattern, Value)) {
    throw new AwsError(
      400,
      'ParameterPatternMismatchException',
      'The parameter value does not match its pattern.',
    );
  }
}

function matchesPattern(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern).test(value);
  } catch {
    throw new AwsError(400, 'InvalidAllowedPatternException', 'AllowedPattern is no regular expression.');
  }
}

export const ssmActions = new Map<string, (call: SsmCall) => object>([
  ['GetParameter', getParameter],
  ['GetParameters', getParameters],
  ['PutParameter', putParameter],
  ['DeleteParameter', deleteParameter],
]);
