import * as z from 'zod';
import type { Workspace } from '../../domain/bitbucket/oidc.ts';
import type { Repository } from '../../domain/bitbucket/repository.ts';
import {
  environmentUuidSchema,
  parseUuid,
  projectUuidSchema,
  repositoryUuidSchema,
  workspaceUuidSchema,
} from '../../domain/shared/identifiers.ts';
import { PortError } from '../../domain/shared/port-error.ts';
import type { Answer } from './failures.ts';

const uuid = z.string().transform((text, context) => {
  const known = parseUuid(text);
  if (known) return known;
  context.addIssue('is not a UUID');
  return z.NEVER;
});

/** Text that an event can hold: RFC 8785 has no form for lone surrogates. */
const wellFormed = z.string().refine((text) => text.isWellFormed());

export const workspaceShape = z.object({ uuid: uuid.pipe(workspaceUuidSchema), slug: z.string().min(1) });

export const repositoryShape = z.object({
  uuid: uuid.pipe(repositoryUuidSchema),
  full_name: wellFormed.regex(/^[^/]+\/[^/]+$/),
  slug: z.string().optional(),
  // Live answers contain the workspace; the published schema does not.
  workspace: workspaceShape.optional(),
  project: z.object({ key: wellFormed, uuid: uuid.pipe(projectUuidSchema) }).nullish(),
});

export const environmentShape = z.object({
  uuid: uuid.pipe(environmentUuidSchema),
  name: wellFormed,
});

export const permissionShape = z.object({
  permission: z.string(),
  user: z.object({ uuid, account_id: z.string().optional() }),
  repository: z.object({ uuid: uuid.pipe(repositoryUuidSchema) }).optional(),
});

/** A page of a list. `next` is the whole address of the next one. */
export type Page<T> = { values: T[]; next?: string | undefined };

/** The shape of a page of such items. */
export const pageOf = <T>(item: z.ZodType<T>): z.ZodType<Page<T>> =>
  z.object({ values: z.array(item), next: z.string().optional() });

/** An answer in its shape. Throws `PortError` for any other. */
export function parsed<T>({ json }: Answer, shape: z.ZodType<T>): T {
  const read = shape.safeParse(json);
  if (read.success) return read.data;
  throw new PortError('Bitbucket', 'REJECTED', 'Bitbucket answered in an unknown shape.');
}

/** A repository as the domain knows it. */
export function toRepository(found: z.infer<typeof repositoryShape>, workspace: Workspace): Repository {
  const [, slug = ''] = found.full_name.split('/');
  const { uuid: repositoryUuid, full_name: fullName, project } = found;
  return {
    uuid: repositoryUuid,
    slug: found.slug ?? slug,
    fullName,
    workspace,
    ...(project ? { project: { key: project.key, uuid: project.uuid } } : {}),
  };
}
