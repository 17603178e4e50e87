import type { GuardrailId } from '../../domain/guardrails/rules.ts';

/** What was decided about an action: `allow`, where it changes no more than the resource that it names; `borrow`, where
 *  another role acts for the caller, so that a template must have `actsThrough`; else the guardrail that refuses it. */
export type Verdict = 'allow' | 'borrow' | GuardrailId;

/** One judgement of several actions of a service, and its reason. `actions` are names as AWS writes them, separated by
 *  white space. `discloses` is there where they give out credentials or secrets, so that the boundary denies reads, too. */
export type Judgement = { verdict: Verdict; discloses?: true; reason: string; actions: string };

/** The judgements of services, by prefix. Every action that is not of level Read or List has one, and every action of
 *  those levels whose name does not say that it reads; other reads are allowed unless a judgement says otherwise. */
export type JudgementTable = Readonly<Record<string, readonly Judgement[]>>;
