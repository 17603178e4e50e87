import * as z from 'zod';
import { type Account, hubOf } from '../shared/account.ts';

/** The ARN of a standard SNS topic. Source: SNS Developer Guide; CloudWatch's alarms do not notify FIFO topics of their own. */
const TOPIC = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]+):(\d{12}):[\w-]{1,256}$/;

/** Where alarms go. Absent: the alarms exist and notify no topic. */
export const alarmsSchema = z.strictObject({
  topic: z
    .string()
    .regex(TOPIC, 'must be the ARN of an SNS topic, e.g. arn:aws:sns:eu-central-1:111122223333:operations'),
});

/** What is wrong with a topic that is an ARN. An alarm notifies topics of its own Region only. Source: CloudWatch User Guide,
 *  Using Amazon CloudWatch alarms. */
export function alarmErrors({
  alarms,
  accounts,
}: {
  alarms?: z.infer<typeof alarmsSchema> | undefined;
  accounts: readonly Account[];
}): string[] {
  const hub = hubOf(accounts);
  const [, partition, region] = TOPIC.exec(alarms?.topic ?? '') ?? [];
  if (!hub || partition === undefined) return [];
  return partition === hub.partition && region === hub.region
    ? []
    : [
        `/alarms/topic: is in ${region} of ${partition}, but Rolewright runs in ${hub.region} of ${hub.partition}: an alarm notifies topics of its own Region only`,
      ];
}
