import {
  accountIdSchema,
  environmentUuidSchema,
  grantIdSchema,
  projectUuidSchema,
  repositoryUuidSchema,
  streamIdSchema,
  workspaceUuidSchema,
} from '../../domain/shared/identifiers.ts';
import { epochTime, instantSchema } from '../../domain/shared/time.ts';

/** Each throws for text that the product would not take. */
export const asWorkspaceUuid = (text: string) => workspaceUuidSchema.parse(text);
export const asProjectUuid = (text: string) => projectUuidSchema.parse(text);
export const asRepositoryUuid = (text: string) => repositoryUuidSchema.parse(text);
export const asEnvironmentUuid = (text: string) => environmentUuidSchema.parse(text);
export const asGrantId = (text: string) => grantIdSchema.parse(text);
export const asAccountId = (text: string) => accountIdSchema.parse(text);
export const asInstant = (text: string) => instantSchema.parse(text);
export const asEpoch = epochTime;
export const asStreamId = (text: string) => streamIdSchema.parse(text);
