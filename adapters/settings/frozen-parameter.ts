import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as z from 'zod';
import type { InstallationFreeze, InstallationSwitch } from '../../domain/grants/containment/installation.ts';
import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { instantSchema } from '../../domain/shared/time.ts';
import { type Outgoing, watchClient } from '../outgoing.ts';

/** Milliseconds for which what was read is used. Design contract: at most five seconds. */
const MAX_AGE_MS = 5000;

/** A parameter's value; longer reasons than a Standard parameter holds do not exist. Whatever else the value is, its presence
 *  alone freezes. */
const valueSchema = z.object({
  by: z.string().optional().catch(undefined),
  at: instantSchema.optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
});

/** The switch of the installation over one SSM parameter, e.g. `/rolewright/prod/frozen`. */
export function frozenParameter({
  environment: { frozenParameter: name },
  clock,
  outgoing,
}: {
  environment: { frozenParameter: string };
  clock: Pick<Clock, 'now'>;
  outgoing: Outgoing;
}): InstallationSwitch {
  const client = watchClient(
    new SSMClient({ maxAttempts: 3, requestHandler: { connectionTimeout: 1000, requestTimeout: 3000 } }),
    'SSM',
    outgoing,
  );
  let known: { until: number; freeze: InstallationFreeze | undefined } | undefined;
  const frozenNow = async () => {
    const until = clock.now() + MAX_AGE_MS;
    const freeze = await read(client, name);
    known = { until, freeze };
    return freeze;
  };
  return {
    frozenNow,
    frozen: async () => (known && clock.now() < known.until ? known.freeze : frozenNow()),
    async freeze(why) {
      known = undefined;
      try {
        const VALUE = textOf(why);
        await client.send(
          new PutParameterCommand({ Name: name, Value: VALUE, Type: 'String', Overwrite: false }),
        );
      } catch (cause) {
        if (nameOf(cause) !== 'ParameterAlreadyExists')
          throw unavailable('cannot be created yet; the reconciler tries again', cause);
      }
    },
  };
}

/** A value that Parameter Store takes, whatever the reason says: no text may keep a freeze from taking effect. Two opening braces
 *  would refer to another parameter, and are refused. Source: SSM API Reference, PutParameter, Value. */
const textOf = (why: Required<InstallationFreeze>): string =>
  JSON.stringify(why).replaceAll('{{', '{\\u007b');

async function read(client: SSMClient, name: string): Promise<InstallationFreeze | undefined> {
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }));
    return parsed(Parameter?.Value ?? '');
  } catch (cause) {
    if (nameOf(cause) === 'ParameterNotFound') return undefined;
    throw unavailable('cannot be read, so nothing is granted', cause);
  }
}

function parsed(text: string): InstallationFreeze {
  try {
    const { by, at, reason } = valueSchema.parse(JSON.parse(text));
    return { ...(by ? { by } : {}), ...(at ? { at } : {}), ...(reason ? { reason } : {}) };
  } catch {
    return {};
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

const unavailable = (what: string, cause: unknown) =>
  new PortError('SSM', 'UNAVAILABLE', `The switch that freezes Rolewright ${what}.`, {
    cause,
  });
