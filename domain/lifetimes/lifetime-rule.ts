import type { ProjectUuid } from '../shared/identifiers.ts';
import { type Seconds, seconds } from '../shared/time.ts';
import {
  inSeconds,
  type LifetimeSettings,
  type ReasonSettings,
  selects,
  type TemplateLifetime,
} from './schema.ts';

/** The settings that decide how long grants last. */
export type LifetimeConfiguration = {
  lifetime?: LifetimeSettings | undefined;
  reason?: ReasonSettings | undefined;
  projects: readonly {
    uuid: ProjectUuid;
    lifetime?: LifetimeSettings | undefined;
    reason?: ReasonSettings | undefined;
  }[];
};

/** What of a template decides how long its grants last. */
export type LimitedTemplate = {
  name: string;
  lifetime?: TemplateLifetime | undefined;
  reason?: 'optional' | 'required' | undefined;
};

/** How long grants of one template in one project last. `initial`: what a request without `expiresIn` gets. `max`: the
 *  longest time since the last approval, over all renewals. `isRequired`: each grant must end. */
export type LifetimeRule = {
  initial: Seconds | undefined;
  max: Seconds | undefined;
  isRequired: boolean;
  needsReason: boolean;
};

/** The rule for a template in a project. Every maximum holds, so the shortest one decides. Of the defaults, the project's
 *  stands before the template's, and that before the installation's; none is longer than the maximum. Where there is no
 *  default, the maximum is it. A requirement of any of the three holds. */
export function lifetimeRuleOf(
  { lifetime, reason, projects }: LifetimeConfiguration,
  template: LimitedTemplate,
  projectUuid: ProjectUuid | undefined,
): LifetimeRule {
  const project = projects.find(({ uuid }) => uuid === projectUuid);
  const settings = [project?.lifetime, template.lifetime, lifetime];
  const maxima = settings.flatMap((one) => (one?.max === undefined ? [] : [inSeconds(one.max)]));
  const max = maxima.length > 0 ? seconds(Math.min(...maxima)) : undefined;
  const usual = settings.map((one) => one?.default).find((one) => one !== undefined);
  const initial = usual === undefined ? max : shorter(inSeconds(usual), max);
  const { name } = template;
  return {
    initial,
    max,
    isRequired:
      template.lifetime?.required === true ||
      [project?.lifetime, lifetime].some((one) => selects(one?.requiredFor, name)),
    needsReason:
      template.reason === 'required' ||
      [project?.reason, reason].some((one) => selects(one?.requiredFor, name)),
  };
}

/** The shorter of a duration and a limit, if there is one. */
export const shorter = (duration: Seconds, limit: Seconds | undefined): Seconds =>
  limit !== undefined && limit < duration ? limit : duration;
