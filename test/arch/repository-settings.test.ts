import { accessSync, constants, existsSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import * as z from 'zod';
import { ROOT, textOf } from '../support/arch/infrastructure.ts';
import { repositoryFiles } from '../support/arch/repository-files.ts';

/** What `bitbucket-pipelines.yml` may hold here; the product's own step asks for no token and deploys nothing.
 *  Source: Bitbucket's pages "Step options", "Global options" and "Cache and service container definitions". */
const step = z.strictObject({
  name: z.string(),
  size: z.enum(['1x', '2x', '4x', '8x']),
  'max-time': z.int().min(1).max(120),
  caches: z.array(z.string()),
  script: z.array(z.string()).min(1),
});
const steps = z.array(z.strictObject({ step })).min(1);
const cache = z.strictObject({
  key: z.strictObject({ files: z.array(z.string()).min(1) }),
  path: z.string(),
});
const pipelinesShape = z.strictObject({
  image: z.string(),
  definitions: z.strictObject({ caches: z.record(z.string(), cache) }),
  pipelines: z.strictObject({ default: steps, custom: z.record(z.string(), steps) }),
});

const manifest: {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  scripts: Record<string, string>;
} = JSON.parse(textOf('package.json'));

describe("the repository's own pipeline", () => {
  const text: unknown = parse(textOf('bitbucket-pipelines.yml'));
  const read = () => {
    const file = pipelinesShape.parse(text);
    const { default: onPush, custom } = file.pipelines;
    return { file, all: [onPush, ...Object.values(custom)].flat().map(({ step: one }) => one) };
  };

  test('has the shape that Bitbucket knows, and no step that asks for a token or deploys', () => {
    expect(pipelinesShape.safeParse(text).error).toBeUndefined();
  });

  test('runs what CI runs on every push, by the script that every CI calls', () => {
    const { file } = read();
    const commands = file.pipelines.default.flatMap(({ step: { script } }) => script);
    expect(commands).toContain('.ci/run');
    expect(() => accessSync(`${ROOT}.ci/run`, constants.X_OK)).not.toThrow();
  });

  test('uses caches that are defined, each kept by a file that is there', () => {
    const { file, all } = read();
    const { caches } = file.definitions;
    expect(new Set(all.flatMap((one) => one.caches))).toEqual(new Set(Object.keys(caches)));
    const keys = Object.values(caches).flatMap(({ key }) => key.files);
    expect(keys.filter((path) => !existsSync(`${ROOT}${path}`))).toEqual([]);
  });

  test("calls only npm's commands that there are", () => {
    const called = read().all.flatMap(({ script }) =>
      script.flatMap((line) => /\bnpm run ([\w:]+)/.exec(line)?.[1] ?? []),
    );
    expect(called.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
  });

  test("has the major version of Node that npm's scripts use", () => {
    const [, major] = /^node:(\d+)-/.exec(read().file.image) ?? [];
    expect(major).toBe(manifest.devDependencies.node?.split('.')[0]);
  });
});

describe("the editor's settings", () => {
  const sections = new Map(
    textOf('.editorconfig')
      .split(/^\[/m)
      .slice(1)
      .map((section) => {
        const [name = '', ...lines] = section.split('\n');
        const pairs = lines.flatMap((line) =>
          line.includes('=') ? [line.split('=').map((part) => part.trim())] : [],
        );
        return [name.replace(/\]$/, ''), Object.fromEntries(pairs)];
      }),
  );

  test("agree with the formatter's", () => {
    const { formatter } = JSON.parse(textOf('biome.json'));
    expect(sections.get('*')).toMatchObject({
      indent_style: formatter.indentStyle,
      indent_size: String(formatter.indentWidth),
      // Biome's defaults.
      end_of_line: formatter.lineEnding ?? 'lf',
      insert_final_newline: 'true',
    });
    expect(sections.get('*.{ts,js,json}')).toEqual({ max_line_length: String(formatter.lineWidth) });
  });
});

describe("the linter's limits of functions", () => {
  const LIMITS = [
    'noExcessiveCognitiveComplexity',
    'noExcessiveLinesPerFunction',
    'useMaxParams',
    'noShadow',
  ];
  const settings: {
    linter: { rules: Record<string, unknown> };
    overrides: { includes: string[]; linter?: { rules: Record<string, object> } }[];
  } = JSON.parse(textOf('biome.json'));

  /** The rules of a setting, without their groups. */
  const rulesOf = (groups: Record<string, unknown>) =>
    new Map(Object.values(groups).flatMap((group) => Object.entries(group as object)));

  test('are in force', () => {
    const rules = rulesOf(settings.linter.rules);
    expect(LIMITS.map((name) => [name, rules.get(name)])).toEqual([
      ['noExcessiveCognitiveComplexity', { level: 'error', options: { maxAllowedComplexity: 15 } }],
      ['noExcessiveLinesPerFunction', { level: 'error', options: { maxLines: 60 } }],
      ['useMaxParams', { level: 'error', options: { max: 3 } }],
      ['noShadow', 'error'],
    ]);
  });

  test('are changed for no folder but the tests', () => {
    const changed = settings.overrides.filter(({ linter }) => {
      const rules = rulesOf(linter?.rules ?? {});
      return LIMITS.some((name) => rules.has(name));
    });
    expect(changed.flatMap(({ includes }) => includes)).toEqual(['test/**']);
  });

  test('are ignored in the product by factories and for arguments only, with the reason', () => {
    const ignored = repositoryFiles()
      .filter((path) => /\.(ts|html)$/.test(path) && !path.startsWith('test/'))
      .flatMap((path) =>
        [...textOf(path).matchAll(/biome-ignore lint\/\w+\/(\w+): (.*)/g)].map(([, rule = '', why]) => ({
          path,
          rule,
          why,
        })),
      )
      .filter(({ rule }) => LIMITS.includes(rule));
    const isAllowed = ({ rule, why = '' }: (typeof ignored)[number]) =>
      rule === 'useMaxParams' || (rule === 'noExcessiveLinesPerFunction' && why.startsWith('a factory; '));
    expect(ignored.length).toBeGreaterThan(0);
    expect(ignored.filter((one) => !isAllowed(one))).toEqual([]);
  });
});

describe('the dependencies', () => {
  test('have exact versions', () => {
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    const exact = /^(npm:(@?[\w./-]+)@)?\d+\.\d+\.\d+$/;
    expect(versions.filter(([, version]) => !exact.test(version))).toEqual([]);
  });

  test('are updated to exact versions, and never to a release of the same week', () => {
    const settings = JSON.parse(textOf('renovate.json'));
    expect(settings).toMatchObject({ rangeStrategy: 'pin', minimumReleaseAge: '7 days' });
    const named: string[] = settings.packageRules.flatMap(
      (rule: { matchPackageNames: string[] }) => rule.matchPackageNames,
    );
    const known = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).concat('osls');
    const matches = (pattern: string) =>
      known.some((name) =>
        pattern.endsWith('/**') ? name.startsWith(pattern.slice(0, -2)) : name === pattern,
      );
    expect(named.filter((pattern) => !matches(pattern))).toEqual([]);
  });
});

describe('the code owners', () => {
  const rules = textOf('.bitbucket/CODEOWNERS')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));

  test('own paths that are there, and all the rest', () => {
    const paths = rules.flatMap(([path = '']) => (path === '*' ? [] : path));
    expect(rules[0]?.[0]).toBe('*');
    expect(paths.filter((path) => !path.startsWith('/') || !existsSync(`${ROOT}${path}`))).toEqual([]);
  });

  test("are named as Bitbucket names them: an address, or a workspace's group by its slug", () => {
    const owners = rules.flatMap(([, ...named]) => named);
    expect(rules.filter((rule) => rule.length < 2)).toEqual([]);
    expect(owners.filter((owner) => !/^(@[a-z0-9_-]+\/[a-z0-9-]+|[^@\s]+@[^@\s]+)$/.test(owner))).toEqual([]);
  });

  test('of what decides access are the security reviewers, too', () => {
    for (const path of ['/access/', '/config/', '/domain/', '/infrastructure/', '/templates/']) {
      expect(rules.find(([rule]) => rule === path)).toContain('@rolewright/security');
    }
  });
});
