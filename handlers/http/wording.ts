import type { Wording } from '../../domain/explanation/remedies.ts';
import type { Problem, Reference } from '../../domain/shared/problem.ts';

/** How the API names what the remedies of an explanation speak of. */
export const apiWording: Wording = {
  ask: 'POST /v1/grants',
  showGrant: (grantId) => `GET /v1/grants/${grantId}`,
  showEvents: (grantId) => `GET /v1/grants/${grantId}/events`,
};

/** A problem's detail, with the route that shows what it is about. */
export const detailOf = ({ detail, see }: Pick<Problem, 'detail' | 'see'>): string =>
  see ? `${detail} ${hintOf(see)}` : detail;

const hintOf = (see: Reference): string =>
  see.of === 'templates'
    ? 'GET /v1/templates lists all templates.'
    : `GET /v1/templates/${see.name} shows its parameters.`;
