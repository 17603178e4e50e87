import { json } from './calls.ts';
import { ACCOUNT, REGION } from './engines.ts';
import type { Template } from './packages.ts';

type GetAtt = { 'Fn::GetAtt': [string, string] };
type Join = { 'Fn::Join': [string, [string, { Ref: string }]] };

/** Makes the HTTP API of a template by API calls, for an engine whose CloudFormation knows none: an integration for each
 *  function, the routes as the template has them, and the stage. Returns the API's id. */
export async function createHttpApi(url: string, { Resources }: Template): Promise<string> {
  const post = <T>(path: string, body: object) => json<T>(url, 'apigateway', { path, body });
  const ofType = (type: string) =>
    Object.entries(Resources).filter(([, { Type }]) => Type === `AWS::ApiGatewayV2::${type}`);
  const { apiId } = await post<{ apiId: string }>('/v2/apis', { name: 'rolewright', protocolType: 'HTTP' });
  const integrations = new Map<string, string>();
  for (const [id, { Properties }] of ofType('Integration')) {
    const [name] = (Properties.IntegrationUri as GetAtt)['Fn::GetAtt'];
    const uri = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${Resources[name]?.Properties.FunctionName}`;
    const { integrationId } = await post<{ integrationId: string }>(`/v2/apis/${apiId}/integrations`, {
      integrationType: Properties.IntegrationType,
      integrationUri: uri,
      payloadFormatVersion: Properties.PayloadFormatVersion,
      timeoutInMillis: Properties.TimeoutInMillis,
    });
    integrations.set(id, integrationId);
  }
  for (const [, { Properties }] of ofType('Route')) {
    const { Ref } = (Properties.Target as Join)['Fn::Join'][1][1];
    await post(`/v2/apis/${apiId}/routes`, {
      routeKey: Properties.RouteKey,
      target: `integrations/${integrations.get(Ref)}`,
    });
  }
  await post(`/v2/apis/${apiId}/stages`, { stageName: '$default', autoDeploy: true });
  return apiId;
}
