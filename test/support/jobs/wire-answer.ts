import type { WireCall } from './wire-call.ts';

/** An HTTP answer of the proxy. */
export type Answer = { status: number; headers: Record<string, string>; body: string };

/** AWS's refusal in the form of the call's protocol. Source: "Common errors" of each service, and its protocol's error form. */
export function deniedAnswer(call: WireCall, refused: readonly string[]): Answer {
  const message = `the session is not authorized to perform: ${refused.join(', ')}`;
  switch (call.protocol) {
    case 'json':
      return json(400, { __type: 'AccessDeniedException', message });
    case 'rest-json':
      return {
        ...json(403, { message }),
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException' },
      };
    case 's3':
      return xml(403, `<Error><Code>AccessDenied</Code><Message>${message}</Message></Error>`);
    case 'ec2':
      return xml(
        403,
        `<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>${message}</Message></Error></Errors></Response>`,
      );
    default:
      return xml(
        403,
        `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
      );
  }
}

/** The answer to an allowed call that the emulator does not know, just enough for the tools to go on; undefined where it
 *  knows it. */
export function stubAnswer({ service, operation, input }: WireCall): Answer | undefined {
  const stub = STUBS[`${service}:${operation}`];
  return stub?.(input);
}

const json = (status: number, body: object): Answer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.1' },
  body: JSON.stringify(body),
});
const xml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'text/xml' },
  body,
});
const queryResult = (operation: string, result: string): Answer =>
  xml(200, `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`);

const DIGEST = `sha256:${'0'.repeat(64)}`;

/** What `docker push` asks of a registry, which the emulator does not serve. */
const registry = (service: string): Record<string, (input: Record<string, unknown>) => Answer> => ({
  [`${service}:BatchCheckLayerAvailability`]: () => json(200, { layers: [], failures: [] }),
  [`${service}:InitiateLayerUpload`]: () => json(200, { uploadId: 'u', partSize: 1 }),
  [`${service}:UploadLayerPart`]: () => json(200, { uploadId: 'u', lastByteReceived: 1 }),
  [`${service}:CompleteLayerUpload`]: () => json(200, { uploadId: 'u', layerDigest: DIGEST }),
  [`${service}:GetDownloadUrlForLayer`]: () =>
    json(200, { downloadUrl: 'https://layer.example', layerDigest: DIGEST }),
});

const beanstalkEnvironment = (input: Record<string, unknown>) =>
  `<ApplicationName>${input.ApplicationName}</ApplicationName><EnvironmentName>${input.EnvironmentName ?? input['EnvironmentNames.member.1']}</EnvironmentName><Status>Ready</Status>`;

const STUBS: Record<string, (input: Record<string, unknown>) => Answer> = {
  ...registry('ecr'),
  ...registry('ecr-public'),
  'ecr-public:GetAuthorizationToken': () =>
    json(200, { authorizationData: { authorizationToken: Buffer.from('AWS:public').toString('base64') } }),
  'ecr-public:PutImage': () => json(200, { image: {} }),
  'ecr-public:DescribeImages': () => json(200, { imageDetails: [] }),
  'ecr-public:DescribeRepositories': ({ repositoryNames }) => {
    const names = [repositoryNames ?? []].flat();
    return json(200, {
      repositories: names.map((name) => ({
        repositoryName: name,
        repositoryUri: `public.ecr.aws/acme/${name}`,
      })),
    });
  },
  'codeartifact:GetAuthorizationToken': () =>
    json(200, { authorizationToken: 'token', expiration: 1_900_000_000 }),
  'codeartifact:GetRepositoryEndpoint': () =>
    json(200, { repositoryEndpoint: 'https://packages.example/npm/shop/' }),
  'codeartifact:PublishPackageVersion': () =>
    json(200, { format: 'generic', package: 'x', version: '1', status: 'Published' }),
  'elasticbeanstalk:CreateApplicationVersion': ({ VersionLabel }) =>
    queryResult(
      'CreateApplicationVersion',
      `<ApplicationVersion><VersionLabel>${VersionLabel}</VersionLabel></ApplicationVersion>`,
    ),
  'elasticbeanstalk:DescribeApplicationVersions': () =>
    queryResult('DescribeApplicationVersions', '<ApplicationVersions/>'),
  'elasticbeanstalk:UpdateEnvironment': (input) =>
    queryResult('UpdateEnvironment', beanstalkEnvironment(input)),
  'elasticbeanstalk:DescribeEnvironments': (input) =>
    queryResult(
      'DescribeEnvironments',
      `<Environments><member>${beanstalkEnvironment(input)}</member></Environments>`,
    ),
  'elasticbeanstalk:DescribeEvents': () => queryResult('DescribeEvents', '<Events/>'),
  'codedeploy:RegisterApplicationRevision': () => json(200, {}),
  'codedeploy:GetDeployment': ({ deploymentId }) =>
    json(200, { deploymentInfo: { deploymentId, status: 'Succeeded' } }),
  // The emulator chooses a distribution's id itself.
  'cloudfront:CreateInvalidation': () => ({
    ...xml(201, '<Invalidation><Id>I1</Id><Status>InProgress</Status></Invalidation>'),
    headers: { 'content-type': 'text/xml', location: 'https://cloudfront.example/I1' },
  }),
  'elasticloadbalancing:DescribeCapacityReservation': () => queryResult('DescribeCapacityReservation', ''),
  'sts:AssumeRole': ({ RoleArn }) =>
    queryResult(
      'AssumeRole',
      `<Credentials><AccessKeyId>ASIASTUB</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>${RoleArn}</Arn><AssumedRoleId>A:x</AssumedRoleId></AssumedRoleUser>`,
    ),
};
