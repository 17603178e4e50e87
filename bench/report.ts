import type { DriftFigures } from './drift/measure-drift.ts';
import type { FilledFigures, PassFigures } from './filled/measure-filled.ts';
import type { LongStreamFigures } from './filled/measure-long-stream.ts';
import type { LoadFigures } from './in-flight/measure-in-flight.ts';
import type { AccessFigures } from './measure/access.ts';
import { type Acknowledgement, type Endpoint, endpoints } from './measure/acknowledgement.ts';
import type { Counts } from './measure/calls.ts';
import type { FirstAnswers } from './measure/first-answers.ts';
import { leastCalls } from './measure/least.ts';
import { functionNames, type ModuleFigures } from './measure/modules.ts';
import type { Timing } from './measure/times.ts';
import type { ScriptFigures } from './scripts/measure-scripts.ts';
import { driftSection } from './sections/drift-section.ts';
import { filledSection } from './sections/filled-section.ts';
import { inFlightSection, scriptSection } from './sections/in-flight-section.ts';
import { longStreamSection } from './sections/long-stream-section.ts';
import { against, head, ratioOf, row } from './sections/markdown.ts';
import { type Operation, operations, type Side } from './sides.ts';
import { median } from './statistics.ts';

/** Everything that one run has found. */
export type Findings = {
  machine: { node: string; cores: number; date: string; load: number };
  rounds: { repetitions: number; samples: number; warmUp: number; loads: number };
  timings: Timing[];
  acknowledgement: Record<Endpoint, Acknowledgement>;
  calls: Record<Operation, Record<Side, Counts>>;
  modules: ModuleFigures;
  firstAnswers: FirstAnswers;
  scripts: ScriptFigures[];
  inFlight: LoadFigures[];
  filled: FilledFigures[];
  streams: LongStreamFigures[];
  passes: PassFigures[];
  drift: DriftFigures[];
  access: AccessFigures;
};

/** The findings as Markdown. */
export function report(findings: Findings): string {
  const { machine, rounds, timings, acknowledgement, calls, modules, firstAnswers, access } = findings;
  const lines = [
    '# Bench',
    '',
    `Written by \`npm run bench\` with Node ${machine.node} on ${machine.cores} cores, ${machine.date}, at a load average of ${machine.load.toFixed(1)}. Times differ from machine to machine; calls, units and ratios within one run are what counts. No test asserts any of these numbers. A goal that is not reached is marked as missed.`,
    '',
    ...timeSection(timings, rounds),
    ...acknowledgementSection(acknowledgement),
    ...callSection(calls),
    ...scriptSection(findings.scripts),
    ...inFlightSection(findings.inFlight),
    ...filledSection(findings.filled, findings.passes),
    ...longStreamSection(findings.streams),
    ...driftSection(findings.drift),
    ...moduleSection(modules, rounds.loads),
    '',
    ...firstAnswerSection(firstAnswers, rounds.loads),
    ...accessSection(access, rounds.loads),
  ];
  return `${lines.join('\n')}\n`;
}

function timeSection(timings: Timing[], { repetitions, samples, warmUp }: Findings['rounds']): string[] {
  return [
    '## Time',
    '',
    'Over HTTP, against two bare functions in the same local gateway that make the same calls to Bitbucket, IAM, DynamoDB and Lambda, in the same order, on the same tables, with about the same bytes; and against one that makes the fewest: it trusts itself, writes IAM itself, and keeps its intent and its outcome. The bare ones verify the token with `jose` (keys cached, as in the product), parse and print JSON, hash one name into an id, and send every call with the AWS SDK or `fetch` as they come; they validate, authorise, decide, render and log nothing, keep no hash chain, and neither watch nor retry a call beyond the SDK’s defaults. The gateway and the stand-ins are part of both times.',
    '',
    `${repetitions} repetitions of ${samples} grants for each side after a warm-up of ${warmUp}, the three in turn, call by call; each grant in a repository of its own. Medians in milliseconds; a ratio is the median of the repetitions' ratios; percentiles are the product's. Goal against the same calls: at most 1.5. What the product does beyond the fewest calls is listed under “Calls”, with its reasons.`,
    '',
    ...head(
      'operation',
      'product',
      'same calls',
      'ratio',
      'lowest–highest',
      'fewest calls',
      'ratio',
      'p50',
      'p95',
      'p99',
    ),
    ...timings.map(({ operation, medians, toBare, toLeast, percentiles }) =>
      row(
        describe[operation],
        median(medians.product).toFixed(1),
        median(medians.bare).toFixed(1),
        against(median(toBare), 1.5),
        `${Math.min(...toBare).toFixed(2)}–${Math.max(...toBare).toFixed(2)}`,
        median(medians.least).toFixed(1),
        median(toLeast).toFixed(2),
        ...[percentiles.p50, percentiles.p95, percentiles.p99].map((ms) => ms.toFixed(1)),
      ),
    ),
    '',
  ];
}

const endpointNames: Record<Endpoint, string> = { webhook: 'Bitbucket webhook', slack: 'Slack command' };

function acknowledgementSection(acknowledgement: Findings['acknowledgement']): string[] {
  return [
    '## Time to acknowledgement',
    '',
    'One signed request over HTTP, until its 202 or 200; the bare function verifies the signature, parses the body, for Slack claims the request in DynamoDB, and invokes the same worker with the same message. Bitbucket waits 10 000 ms, Slack 3 000.',
    '',
    ...head('endpoint', 'product', 'bare', 'ratio', 'lowest and highest repetition'),
    ...endpoints.map((endpoint) => {
      const { product, bare, ratios } = acknowledgement[endpoint];
      return row(
        endpointNames[endpoint],
        median(product).toFixed(1),
        median(bare).toFixed(1),
        `**${median(ratios).toFixed(2)}**`,
        `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
      );
    }),
    '',
  ];
}

const describe: Record<Operation, string> = {
  provision: 'provision: a new grant whose provider exists',
  repeat: 'repeat: the same request again',
  read: 'read: one grant',
  revoke: 'revoke',
};

function callSection(calls: Findings['calls']): string[] {
  const isWrite = (kind: string) => /^IAM (Create|Put|Update|Delete|Attach|Detach|Add|Remove)/.test(kind);
  const sum = (counts: Counts, matches: (kind: string) => boolean) =>
    Object.entries(counts).reduce((total, [kind, count]) => total + (matches(kind) ? count : 0), 0);
  const columns: [string, (kind: string) => boolean][] = [
    ['Bitbucket', (kind) => kind.startsWith('Bitbucket ')],
    ['IAM reads', (kind) => kind.startsWith('IAM ') && !isWrite(kind)],
    ['IAM writes', isWrite],
    ['SSM reads', (kind) => kind.startsWith('SSM ')],
    ['DynamoDB reads', (kind) => /^DynamoDB (Query|GetItem|BatchGetItem)/.test(kind)],
    ['DynamoDB writes', (kind) => /^DynamoDB (UpdateItem|ExecuteStatement)/.test(kind)],
    ['Lambda', (kind) => kind.startsWith('Lambda ')],
  ];
  const leastOf = (operation: Operation): Counts =>
    Object.fromEntries(Object.entries(leastCalls[operation]).map(([kind, { least }]) => [kind, least]));
  return [
    '## Calls',
    '',
    "Counted in the stand-ins' journals and the gateway's log. In brackets the least possible: one function that trusts itself and keeps only its intent and its outcome in the log. IAM writes have a goal: 2, 0, 0 and 4.",
    '',
    ...head('operation', ...columns.map(([title]) => title)),
    ...operations.map((operation) =>
      row(
        operation,
        ...columns.map(
          ([, matches]) => `${sum(calls[operation].product, matches)} (${sum(leastOf(operation), matches)})`,
        ),
      ),
    ),
    '',
    ...differences(calls),
    'Every kind of call that is made more often than that, and why:',
    '',
    '| operation | call | made | bare | least | reason |',
    '| --- | --- | --: | --: | --: | --- |',
    ...operations.flatMap((operation) => extraRows(operation, calls[operation])),
    '',
  ];
}

/** A warning if the bare functions no longer make the product's calls: the times then compare different things. */
function differences(calls: Findings['calls']): string[] {
  const differing = operations.filter((operation) => {
    const { product, bare } = calls[operation];
    const kinds = new Set([...Object.keys(product), ...Object.keys(bare)]);
    return [...kinds].some((kind) => product[kind] !== bare[kind]);
  });
  if (differing.length === 0) return [];
  return [`**The bare functions make other calls than the product in: ${differing.join(', ')}.**`, ''];
}

function extraRows(operation: Operation, { product, bare }: Record<Side, Counts>): string[] {
  const kinds = new Set([...Object.keys(product), ...Object.keys(bare)]);
  return [...kinds].flatMap((kind) => {
    const made = product[kind] ?? 0;
    const { least, reason } = leastCalls[operation][kind] ?? { least: 0, reason: 'not explained' };
    const isPlain = made === least && made === (bare[kind] ?? 0);
    return isPlain ? [] : [row(operation, kind, made, bare[kind] ?? 0, least, reason)];
  });
}

function moduleSection(modules: ModuleFigures, loads: number): string[] {
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(0);
  return [
    '## Size and load time of the functions',
    '',
    'Packaged by `sls package` with the settings of `serverless.yml`. Usual: a handler that only imports the same SDK clients and commands and creates the same clients (AWS and Slack), with the SDK’s whole chain of credentials. Stripped: the same handler without that chain; the product’s bundles keep only the environment of it. For `catalogue`, which has no client, `jose` with one key set and `zod` with one schema; for `fallback` an empty handler. Goal: at most 1.3 times the usual handler, without Cedar; the second ratio shows the part of the chain.',
    '',
    ...head('function', 'zip, kB', 'of it Cedar', 'usual', 'ratio', 'stripped', 'ratio'),
    ...functionNames.map((name) => {
      const { product, usual, stripped } = modules[name];
      const own = product.zip - product.cedar;
      return row(
        name,
        ...[kilobytes(product.zip), kilobytes(product.cedar)],
        ...[kilobytes(usual.zip), against(own / usual.zip, 1.3)],
        ...[kilobytes(stripped.zip), ratioOf(own, stripped.zip)],
      );
    }),
    '',
    `Load time: import of the packaged module in a fresh process with the environment that it would be deployed with; the median of ${loads} processes, the three in turn.`,
    '',
    ...head('function', 'load, ms', 'usual', 'ratio', 'stripped', 'ratio'),
    ...functionNames.map((name) => {
      const { product, usual, stripped } = modules[name];
      return row(
        name,
        product.loadMs.toFixed(0),
        ...[usual.loadMs.toFixed(0), against(product.loadMs / usual.loadMs, 1.3)],
        ...[stripped.loadMs.toFixed(0), ratioOf(product.loadMs, stripped.loadMs)],
      );
    }),
    '',
    'What remains above a bare handler, and why:',
    '',
    '- `zod` and the schemas of events, requests and answers, and in `catalogue` of templates: they validate all input, and are built when a module loads. Configuration, templates and access rules are checked when a bundle is built; the bundle holds the results.',
    '- Powertools’ logger, `jose` and `middy`: a few milliseconds each.',
    '- `grants`, `audit`, `catalogue` and `explain` import `node:http`, with `middy`; the handlers beside them load it with their first request. Node loads its `fetch` with that import, some 25 ms. A later import would shorten the load and lengthen the first request, which fetches keys, by the same time.',
    '- `fallback` carries the API’s own description, which is parsed with the first request that needs it; an empty handler carries nothing.',
    '- Cedar in each function that decides who may do what: 1.6 MB of WebAssembly in the zip, which no setting makes smaller. Its rules are checked and compiled when a bundle is built. It is loaded and decides once while the module loads, so that no request waits for it; “Access decisions” below says what that adds to the load of `grants`, `audit`, `explain` and `worker`.',
    '- Loading the SSM client with the first secret would save some 4 ms and cost a fifth more code: a bundle in one file cannot drop unused parts of a module that is imported dynamically.',
  ];
}

function firstAnswerSection(answers: Findings['firstAnswers'], loads: number): string[] {
  return [
    '## First answers',
    '',
    `A packaged function in a new process, on the local stack: milliseconds of its load, of its first answer and of the second, the median of ${loads} processes. The first answer fetches an issuer’s keys, opens connections, and runs code that V8 has not compiled yet. The bare function reads a grant by the same calls as \`grants\` and decides nothing: its ratio is what these cost anyone. Goal: at most 3 times the second.`,
    '',
    ...head('function', 'load', 'first', 'second', 'first ÷ second'),
    ...(['bare', ...functionNames] as const).map((name) => {
      const { loadMs, firstMs, secondMs } = answers[name];
      const shown = [loadMs, firstMs, secondMs].map((ms) => ms.toFixed(1));
      const ratio = firstMs / secondMs;
      return row(name, ...shown, name === 'bare' ? ratio.toFixed(2) : against(ratio, 3));
    }),
    '',
  ];
}

function accessSection(access: AccessFigures, loads: number): string[] {
  const figures: [string, number][] = [
    ['check and compile the rules, when a bundle is built', access.compileMs],
    ['load Cedar, once for each instance of a function', access.loadMs],
    ['the first decision after that', access.firstMs],
    ['each decision on a grant', access.decisionMs],
    ['each decision whether there could be one', access.anywhereMs],
  ];
  return [
    '## Access decisions',
    '',
    `Cedar over the rules of \`access/\`; the median of ${loads} processes, and in each of 1000 decisions.`,
    '',
    ...head('step', 'ms'),
    ...figures.map(([step, ms]) => row(step, ms.toFixed(ms < 10 ? 2 : 0))),
  ];
}
