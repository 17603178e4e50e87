import { expect, test } from '@jest/globals';
import { StartFailure } from '../../../../adapters/settings/start-failure.ts';
import {
  addCustomDomain,
  addressAt,
  type DomainParameters,
  parseCustomDomain,
} from '../../../../scripts/build/governance/custom-domain.ts';
import type { Template } from '../../../../scripts/build/governance/govern.ts';

const REGION = 'eu-central-1';
const CERTIFICATE = `arn:aws:acm:${REGION}:111122223333:certificate/5a8b2c1d-0000-4000-8000-000000000001`;
const NAME = 'access.acme.example';

function errorsOf(parameters: DomainParameters): readonly string[] {
  try {
    parseCustomDomain(parameters, REGION);
    return [];
  } catch (error) {
    if (!(error instanceof StartFailure)) throw error;
    return error.errors;
  }
}

test.each<[DomainParameters, string]>([
  [{}, ''],
  [{ name: '', basePath: '', certificate: '' }, ''],
  [{ name: NAME }, 'https://access.acme.example'],
  [{ name: NAME, basePath: 'rolewright' }, 'https://access.acme.example/rolewright'],
  [{ name: NAME, basePath: '/platform/rolewright/' }, 'https://access.acme.example/platform/rolewright'],
])('%j is the address %j', (parameters, address) => {
  expect(addressAt(parseCustomDomain(parameters, REGION))).toBe(address);
});

test.each<[DomainParameters, string]>([
  [{ name: 'https://access.acme.example' }, '--param domainName: must be'],
  [{ name: 'access' }, '--param domainName: must be'],
  [{ name: NAME, basePath: 'a//b' }, '--param domainBasePath: must be'],
  [{ name: NAME, basePath: 'a?b' }, '--param domainBasePath: must be'],
  [{ name: NAME, certificate: 'x' }, '--param domainCertificate: must be'],
  [
    { name: NAME, certificate: CERTIFICATE.replace(REGION, 'us-east-1') },
    '--param domainCertificate: must be',
  ],
  [{ basePath: 'rolewright' }, '--param domainName: is missing'],
])('%j is refused', (parameters, error) => {
  expect(errorsOf(parameters)).toEqual([expect.stringContaining(error)]);
});

const templateWith = (parameters: DomainParameters): Template => {
  const template: Template = { Resources: {} };
  const domain = parseCustomDomain(parameters, REGION);
  if (domain) addCustomDomain(template, domain);
  return template;
};

test('with a certificate the stack makes the domain, maps it to the API, and says what its DNS entry names', () => {
  const { Resources, Outputs } = templateWith({ name: NAME, certificate: CERTIFICATE });
  expect(Resources.CustomDomain).toMatchObject({
    Type: 'AWS::ApiGatewayV2::DomainName',
    Properties: {
      DomainName: NAME,
      DomainNameConfigurations: [{ CertificateArn: CERTIFICATE, SecurityPolicy: 'TLS_1_2' }],
    },
  });
  expect(Resources.CustomDomainMapping?.Properties).toEqual({
    ApiId: { Ref: 'HttpApi' },
    DomainName: { Ref: 'CustomDomain' },
    Stage: '$default',
  });
  expect(Object.keys(Outputs ?? {})).toEqual(['Url', 'DomainTarget', 'DomainTargetZone']);
});

test('without a certificate the domain is there already, and only its base path is mapped', () => {
  const { Resources, Outputs } = templateWith({ name: NAME, basePath: 'rolewright' });
  expect(Object.keys(Resources)).toEqual(['CustomDomainMapping']);
  expect(Resources.CustomDomainMapping).toMatchObject({
    DependsOn: ['HttpApiStage'],
    Properties: { DomainName: NAME, ApiMappingKey: 'rolewright' },
  });
  expect(Outputs).toMatchObject({ Url: { Value: 'https://access.acme.example/rolewright' } });
});
