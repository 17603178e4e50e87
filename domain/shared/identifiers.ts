import { createHash } from 'node:crypto';
import * as z from 'zod';
import { canonicalJson } from './canonical-hash.ts';

const UUID = /^\{[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}$/;

/** Normalises a UUID in braces to lower case, whatever it is the UUID of; undefined when `text` is not one. Bitbucket
 *  shows lower case everywhere but documents no case, while IAM's StringLike is case-sensitive. */
export function parseUuid(text: string): string | undefined {
  const lower = text.toLowerCase();
  return UUID.test(lower) ? lower : undefined;
}

/** A UUID as Rolewright keeps it: in braces and lower case. */
const uuidSchema = z
  .string()
  .refine((text) => parseUuid(text) === text, 'must be a lower-case UUID in braces');

/** The UUID of a workspace, e.g. `{922e118c-f34f-4226-a897-0e0afbec553d}`. */
export const workspaceUuidSchema = uuidSchema.brand<'WorkspaceUuid'>();
/** See `workspaceUuidSchema`. */
export type WorkspaceUuid = z.infer<typeof workspaceUuidSchema>;

/** The UUID of a project of a workspace. */
export const projectUuidSchema = uuidSchema.brand<'ProjectUuid'>();
/** See `projectUuidSchema`. */
export type ProjectUuid = z.infer<typeof projectUuidSchema>;

/** The UUID of a repository: what a grant is bound to. */
export const repositoryUuidSchema = uuidSchema.brand<'RepositoryUuid'>();
/** See `repositoryUuidSchema`. */
export type RepositoryUuid = z.infer<typeof repositoryUuidSchema>;

/** The UUID of a deployment environment of a repository. */
export const environmentUuidSchema = uuidSchema.brand<'EnvironmentUuid'>();
/** See `environmentUuidSchema`. */
export type EnvironmentUuid = z.infer<typeof environmentUuidSchema>;

/** A parser that normalises as `parseUuid` does; what it returns is known to be the UUID of one kind of thing. */
const parserOf =
  <S extends z.ZodType<string>>(schema: S) =>
  (text: string): z.infer<S> | undefined =>
    schema.safeParse(text.toLowerCase()).data;

/** A workspace's UUID from text, case-insensitively; undefined when `text` is not a UUID in braces. */
export const parseWorkspaceUuid = parserOf(workspaceUuidSchema);
/** A project's UUID from text, case-insensitively; undefined when `text` is not a UUID in braces. */
export const parseProjectUuid = parserOf(projectUuidSchema);
/** A repository's UUID from text, case-insensitively; undefined when `text` is not a UUID in braces. */
export const parseRepositoryUuid = parserOf(repositoryUuidSchema);
/** An environment's UUID from text, case-insensitively; undefined when `text` is not a UUID in braces. */
export const parseEnvironmentUuid = parserOf(environmentUuidSchema);

/** A UUID without its braces, for places that cannot hold them (IAM tag values, Bitbucket's `aud`). */
export const withoutBraces = (uuid: WorkspaceUuid | RepositoryUuid | EnvironmentUuid): string =>
  uuid.slice(1, -1);

/** What template and grant names look like (design contract: 1–32 characters, lower case, starts with a letter). */
export const NAME = /^[a-z][a-z0-9-]{0,31}$/;

/** An AWS account id: twelve digits. Source: AWS Account Management Reference Guide, account identifiers. */
export const ACCOUNT_ID = /^\d{12}$/;

/** An AWS account id, from text that is exactly that. */
export const accountIdSchema = z.string().regex(ACCOUNT_ID).brand<'AccountId'>();
/** See `accountIdSchema`. */
export type AccountId = z.infer<typeof accountIdSchema>;

/** The id of a stream of events: a grant's, one beside an unreadable stream, a repository's, or the installation's. */
export const streamIdSchema = z
  .string()
  .regex(/^(?:(?:gr|un|rp)_[a-z2-7]{26}|in_installation)$/, 'must be the id of a stream, such as a grant’s')
  .brand<'StreamId'>();
/** See `streamIdSchema`. */
export type StreamId = z.infer<typeof streamIdSchema>;

/** The stream of the installation: freezes, and summaries of passes. */
export const INSTALLATION: StreamId = streamIdSchema.parse('in_installation');

/** The id of a grant, which is the one of its stream: `gr_` and 26 characters of lower-case base32, e.g. `gr_hrq6egvaok6463yco36ybujl4g`. */
export const grantIdSchema = z
  .string()
  .regex(/^gr_[a-z2-7]{26}$/, 'must be the id of a grant: gr_ and 26 letters and digits')
  .brand<'StreamId'>()
  .brand<'GrantId'>();
/** See `grantIdSchema`. */
export type GrantId = z.infer<typeof grantIdSchema>;

/** A grant's id from text that a caller gives; undefined for anything else. */
export const parseGrantId = (text: string): GrantId | undefined => grantIdSchema.safeParse(text).data;

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/** Lower-case RFC 4648 base32 without padding. */
function base32(bytes: Uint8Array): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => BASE32[Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
}

/** What makes a grant that grant; nothing else does. */
export type GrantKey = {
  accountId: AccountId;
  repositoryUuid: RepositoryUuid;
  environmentUuid?: EnvironmentUuid | undefined;
  template: string;
  name: string;
};

/** The deterministic id of a grant, e.g. `gr_hrq6egvaok6463yco36ybujl4g`: the same request is the same grant. */
export const grantIdOf = (key: GrantKey): GrantId =>
  grantIdSchema.parse(
    `gr_${identityOf([key.accountId, key.repositoryUuid, key.environmentUuid ?? '*', key.template, key.name])}`,
  );

/** The id of a repository's stream, e.g. `rp_…`: its holds are recorded there. */
export const repositoryStreamOf = (repositoryUuid: RepositoryUuid): StreamId =>
  streamIdSchema.parse(`rp_${identityOf(['repository', repositoryUuid])}`);

/** True for the id of a repository's stream. */
export const isRepositoryStream = (streamId: StreamId): boolean => streamId.startsWith('rp_');

/** 26 characters of lower-case base32 of the SHA-256 of the RFC 8785 array. */
const identityOf = (parts: readonly string[]): string =>
  base32(createHash('sha256').update(canonicalJson(parts)).digest()).slice(0, 26);

/** The id of a Slack channel in the configuration, e.g. `C024BE91L`. */
export const slackChannelSchema = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,20}$/, 'must be the id of a channel, such as C024BE91L, not its name');
