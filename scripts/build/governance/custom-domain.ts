import { StartFailure } from '../../../adapters/settings/start-failure.ts';
import type { Template } from './govern.ts';

/** The domain of the API: `name` and the base path below it, without slashes at its ends. With `certificate`, the ARN of one of ACM, the
 *  stack makes the domain in API Gateway; without one it is there already, made elsewhere. */
export type CustomDomain = { name: string; basePath: string; certificate: string | undefined };

/** The parameters as the framework gives them. */
export type DomainParameters = { name?: unknown; basePath?: unknown; certificate?: unknown };

/** Sources: RFC 1123 for hosts; API Gateway Developer Guide, API mappings; ACM User Guide. A certificate of a regional domain is
 *  in the domain's Region. */
const NAME = /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/;
const BASE_PATH = /^(?:[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*)?$/;
const CERTIFICATE = /^arn:(?:aws|aws-cn|aws-us-gov):acm:([a-z0-9-]+):\d{12}:certificate\/[\w-]{1,64}$/;

/** The domain, checked; undefined without a name. Throws `StartFailure` with every error. */
export function parseCustomDomain(parameters: DomainParameters, region: string): CustomDomain | undefined {
  const text = (value: unknown) => String(value ?? '');
  const [name, certificate] = [text(parameters.name), text(parameters.certificate)];
  const basePath = text(parameters.basePath).replace(/^\/+|\/+$/g, '');
  const errors = [
    ...(name === '' || NAME.test(name)
      ? []
      : ['--param domainName: must be the name of a host, e.g. access.acme.example']),
    ...(BASE_PATH.test(basePath)
      ? []
      : ['--param domainBasePath: must be a path of letters, digits and ._-, e.g. rolewright']),
    ...(certificate === '' || CERTIFICATE.exec(certificate)?.[1] === region
      ? []
      : [`--param domainCertificate: must be the ARN of a certificate of ACM in ${region}`]),
    ...(name === '' && (basePath !== '' || certificate !== '')
      ? ['--param domainName: is missing, and domainBasePath and domainCertificate are for it']
      : []),
  ];
  if (errors.length > 0) throw new StartFailure(errors);
  return name === '' ? undefined : { name, basePath, certificate: certificate || undefined };
}

/** The API's address at the domain, without a slash at its end; empty without a domain. */
export const addressAt = (domain: CustomDomain | undefined): string =>
  domain ? `https://${domain.name}${domain.basePath ? `/${domain.basePath}` : ''}` : '';

/** Puts the domain and its mapping to the API on a template, in place, with what its DNS entry must name. */
export function addCustomDomain(template: Template, domain: CustomDomain): void {
  const { name, basePath, certificate } = domain;
  const { Resources } = template;
  template.Outputs ??= {};
  Resources.CustomDomainMapping = {
    Type: 'AWS::ApiGatewayV2::ApiMapping',
    DependsOn: ['HttpApiStage'],
    Properties: {
      ApiId: { Ref: 'HttpApi' },
      DomainName: certificate ? { Ref: 'CustomDomain' } : name,
      Stage: '$default',
      ...(basePath ? { ApiMappingKey: basePath } : {}),
    },
  };
  template.Outputs.Url = { Description: 'The address of the API', Value: addressAt(domain) };
  if (!certificate) return;
  Resources.CustomDomain = {
    Type: 'AWS::ApiGatewayV2::DomainName',
    Properties: {
      DomainName: name,
      DomainNameConfigurations: [
        { CertificateArn: certificate, EndpointType: 'REGIONAL', SecurityPolicy: 'TLS_1_2' },
      ],
    },
  };
  template.Outputs.DomainTarget = {
    Description: 'What the DNS entry of the domain names',
    Value: { 'Fn::GetAtt': ['CustomDomain', 'RegionalDomainName'] },
  };
  template.Outputs.DomainTargetZone = {
    Description: 'The hosted zone of that target, for an alias record of Route 53',
    Value: { 'Fn::GetAtt': ['CustomDomain', 'RegionalHostedZoneId'] },
  };
}
