import { type ParameterTypeName, parameterFault } from './parameter-type.ts';

/** What people give instead of a name, and the name in it. The first form whose name is of the type counts. */
const FORMS: readonly { where: string; form: RegExp }[] = [
  // 111122223333.dkr.ecr.eu-central-1.amazonaws.com/shop-api:1.0
  { where: 'take the part after the first slash', form: /^\d{12}\.dkr[.-]ecr[^/]*\/([^:@]+)/ },
  // public.ecr.aws/alias/shop-cli:1.0
  { where: 'take the part after the second slash', form: /^public\.ecr\.aws\/[^/]+\/([^:@]+)/ },
  { where: 'take the bucket alone', form: /^s3:\/\/([^/]+)/ },
  { where: 'take the part behind the bucket, without slashes at its ends', form: /^s3:\/\/[^/]+\/(.+?)\/*$/ },
  { where: 'take the part after the last slash', form: /^https:\/\/[^/]*sqs[^/]*\/\d{12}\/([^/]+)$/ },
  // A secret's ARN ends in a hyphen and six characters that are not of its name.
  {
    where: 'take the name out of the ARN',
    form: /^arn:[^:]*:secretsmanager:[^:]*:[^:]*:secret:(.+)-[A-Za-z0-9]{6}$/,
  },
  { where: 'take the name out of the ARN', form: /^arn:[^:]*:s3:::([^/]+)/ },
  // service/cluster/name, deploymentgroup:application/name
  { where: 'take the name out of the ARN', form: /^arn:(?:[^:]*:){4}[^:/]+[:/][^:/]+\/([^:/]+)$/ },
  // type/name, type:name, with or without a qualifier
  { where: 'take the name out of the ARN', form: /^arn:(?:[^:]*:){4}[^:/]+[:/]([^:]+)(?::[^:]+)?$/ },
  { where: 'take the name out of the ARN', form: /^arn:(?:[^:]*:){4}([^:/]+)$/ },
  { where: 'leave out the tag', form: /^([^:@]+)[:@][^/]+$/ },
  { where: 'leave out the slashes at its ends', form: /^\/*(.+?)\/*$/ },
];

/** Says how a name is taken out of an address, ARN or URL that was given in its place, e.g. `take the part after the first
 *  slash: shop-api`. Undefined where none is found in it. */
export function pastedNameRemedy(type: ParameterTypeName, value: string): string | undefined {
  if (value.length > 2048) return undefined;
  for (const { where, form } of FORMS) {
    const name = form.exec(value)?.[1];
    if (name !== undefined && name !== value && parameterFault(type, name) === undefined) {
      return `${where}: ${name}`;
    }
  }
  return undefined;
}
