import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Configuration } from '../../domain/configuration/configuration.ts';
import { bad, type Finding, good, warning } from '../finding.ts';

export const noTopic = warning(
  'Alarms notify no topic',
  'Enter alarms.topic in the configuration and deploy: docs/operations.md says how.',
);

/** Checks that the topic of the alarms exists and has a confirmed subscription. Changes nothing. */
export async function diagnoseAlarms(
  { alarms }: Pick<Configuration, 'alarms'>,
  region: string,
): Promise<Finding> {
  if (!alarms) return noTopic;
  const about = `alarms have subscribers at ${alarms.topic}`;
  const client = new SNSClient({ region });
  try {
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn: alarms.topic }));
    if (Number(Attributes?.SubscriptionsConfirmed ?? 0) > 0) return good(about);
    return bad(about, 'It has no confirmed subscription: docs/operations.md says how to subscribe.');
  } catch (error) {
    // NotFound is SNS's name. Source: Amazon SNS API Reference, GetTopicAttributes.
    const { name } = error as Error;
    if (name === 'NotFoundException' || name === 'NotFound')
      return bad(about, 'There is no such topic. Create it, or correct alarms.topic.');
    return warning(`${about}: not checked`, `AWS answered ${name}. It needs sns:GetTopicAttributes.`);
  } finally {
    client.destroy();
  }
}
