import { type ParameterTypeName, parameterError } from './parameter-types.ts';

type Form = { where: string; form: RegExp; types?: readonly ParameterTypeName[] };

const ARN = 'take the name out of the ARN';

/** What people give instead of a name, and the name in it; `types` where a form holds names of several. The first form
 *  whose name is of the type counts. */
const FORMS: readonly Form[] = [
  // 111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-api:1.0
  { where: 'take the part after the first slash', form: /^\d{12}\.dkr[.-]ecr[^/]*\/([^:@]+)/ },
  // public.ecr.aws/alias/shop-cli:1.0
  { where: 'take the part after the second slash', form: /^public\.ecr\.aws\/[^/]+\/([^:@]+)/ },
  { where: 'take the bucket alone', form: /^s3:\/\/([^/]+)/, types: ['s3BucketName'] },
  {
    where: 'take the part behind the bucket, without slashes at its ends',
    form: /^s3:\/\/[^/]+\/(.+?)\/*$/,
    types: ['s3KeyPrefix'],
  },
  { where: 'take the part after the last slash', form: /^https:\/\/[^/]*sqs[^/]*\/\d{12}\/([^/]+)$/ },
  // A secret's ARN ends in a hyphen and six characters that are not of its name.
  { where: ARN, form: /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/ },
  { where: ARN, form: /^arn:[^:]*:s3:::([^/]+)/, types: ['s3BucketName'] },
  {
    where: ARN,
    form: /^arn:(?:[^:]*:){4}[^:/]+[:/][^:/]+\/([^:/]+)$/,
    types: ['ecsServiceName', 'codeArtifactRepository', 'codeDeployGroupName', 'beanstalkEnvironmentName'],
  },
  // type/name, type:name, with or without a qualifier
  { where: ARN, form: /^arn:(?:[^:]*:){4}[^:/]+[:/]([^:]+)(?::[^:]+)?$/ },
  { where: ARN, form: /^arn:(?:[^:]*:){4}([^:/]+)$/ },
  { where: 'leave out the tag', form: /^(?!arn:|https?:|s3:)([^:@]+)[:@][^/]+$/ },
  { where: 'leave out the slashes at its ends', form: /^\/*(.+?)\/*$/ },
];

/** Says how a name is taken out of an address, ARN or URL that was given in its place, e.g. `take the part after the first
 *  slash: shop-api`. Undefined where none is found in it. */
export function pastedNameRemedy(type: ParameterTypeName, value: string): string | undefined {
  if (value.length > 2048) return undefined;
  for (const { where, form, types } of FORMS) {
    if (types && !types.includes(type)) continue;
    const name = form.exec(value)?.[1];
    if (name !== undefined && name !== value && parameterError(type, name) === undefined) {
      return `${where}: ${name}`;
    }
  }
  return undefined;
}
