import { GetOpenIDConnectProviderCommand, GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import type { Clock } from '../../domain/shared/clock.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import { later } from '../../domain/shared/time.ts';
import type { RoleReader } from '../../domain/use-cases/canary/role-reader.ts';
import { callsWithin } from './calls-within.ts';
import { parseDocument } from './iam.ts';

/** Milliseconds that one look may take, with its retries. Our choice. */
const LOOK_MS = 15_000;

/** Roles and identity providers of the account of the function's own role. It can write nothing. */
export function awsRoleReader(client: IAMClient, clock: Clock): RoleReader {
  const call = () => callsWithin(clock, later(clock.now(), LOOK_MS));
  const orMissing = async <T>(found: Promise<T>): Promise<T | undefined> => {
    try {
      return await found;
    } catch (error) {
      if (error instanceof PortError && error.code === 'NOT_FOUND') return undefined;
      throw error;
    }
  };
  return {
    async findRole(name) {
      const command = new GetRoleCommand({ RoleName: name });
      const found = await orMissing(call()('GetRole', (options) => client.send(command, options)));
      if (!found) return undefined;
      const { RoleId: id, AssumeRolePolicyDocument: document } = found.Role ?? {};
      if (!id || !document) {
        throw new PortError('IAM', 'UNAVAILABLE', 'IAM returned only a part of the role.');
      }
      return { id, trustPolicy: parseDocument(document) };
    },
    async findProvider(arn) {
      const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn });
      const found = await orMissing(
        call()('GetOpenIDConnectProvider', (options) => client.send(command, options)),
      );
      return found && { clientIds: found.ClientIDList ?? [] };
    },
  };
}
