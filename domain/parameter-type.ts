/** What a parameter's type promises about its value. */
type ParameterType = {
  /** The whole value must match. No type admits `*`, `?`, `$`, quotes, control characters or a separator. */
  pattern: RegExp;
  /** Says the rule to a person. */
  rule: string;
  /** True where the value names an AWS resource: then a request needs an ownership rule for it. */
  namesResource: boolean;
  example: string;
  also?: (value: string) => boolean;
};

/** The parameter types that templates may use.
 *
 *  Sources: S3 User Guide, bucket naming rules (3–63, lower case, digits, hyphens, dots; we leave dots out because
 *  such buckets break TLS virtual-hosting, and the reserved prefixes and suffixes with them); ECR API Reference,
 *  CreateRepository `repositoryName` (2–256; each path part lower case; we leave `/` out, so one name is one segment);
 *  Lambda API Reference, CreateFunction `FunctionName` (1–64 letters, digits, `-`, `_`); CloudFront distribution ids
 *  have no published grammar: seen are 13–14 upper-case letters and digits. */
export const parameterTypes = {
  s3BucketName: {
    pattern: /^[a-z0-9](?:[a-z0-9-]{1,61})[a-z0-9]$/,
    rule: 'must be an S3 bucket name: 3–63 lower-case letters, digits and hyphens, without dots',
    namesResource: true,
    example: 'shop-site',
    also: (value) =>
      !/^(?:xn--|sthree-|amzn-s3-demo-)/.test(value) &&
      !/(?:-s3alias|--ol-s3|--x-s3|--table-s3)$/.test(value),
  },
  ecrRepositoryName: {
    pattern: /^(?=.{2,256}$)[a-z0-9]+(?:[._-][a-z0-9]+)*$/,
    rule: 'must be an ECR repository name without slashes: 2–256 lower-case letters and digits, parted by single . _ or -',
    namesResource: true,
    example: 'shop-api',
  },
  lambdaFunctionName: {
    pattern: /^[A-Za-z0-9_-]{1,64}$/,
    rule: 'must be a Lambda function name: 1–64 letters, digits, hyphens and underscores',
    namesResource: true,
    example: 'shop-checkout',
  },
  cloudFrontDistributionId: {
    pattern: /^E[A-Z0-9]{7,31}$/,
    rule: 'must be a CloudFront distribution id: E and 7–31 upper-case letters and digits',
    namesResource: true,
    example: 'E2SHOPSITE0001',
  },
} as const satisfies Record<string, ParameterType>;

/** The name of a parameter type, e.g. `s3BucketName`. */
export type ParameterTypeName = keyof typeof parameterTypes;

/** All type names, for schemas. */
export const parameterTypeNames = Object.keys(parameterTypes) as [ParameterTypeName, ...ParameterTypeName[]];

/** Undefined when `value` is of the type, else the rule it breaks. */
export function parameterFault(type: ParameterTypeName, value: string): string | undefined {
  const { pattern, rule, also }: ParameterType = parameterTypes[type];
  return pattern.test(value) && (also?.(value) ?? true) ? undefined : rule;
}
