import { join, parse } from 'node:path';
import type { BuildOptions, Plugin, PluginBuild } from 'esbuild';
import { sourceOfBuild } from '../../adapters/settings/source.ts';
import { embedSettings } from './embed-settings.ts';
import { testOnlyBundle } from './emulator/bundle.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The part of the service in `serverless.yml` that is read here. */
type Service = {
  service: {
    functions: Record<string, { handler?: string }>;
    provider?: { stage?: string };
    custom?: { testOnly?: boolean };
  };
};

/** Builds the bundles of all functions in one pass over `entries`, which are absolute paths. Functions share most of
 *  their modules; `serverless-esbuild` builds each by itself, reads the modules again each time, and takes three times
 *  as long. `plugins` work in that pass. Building any other file fails. The pass alone logs an error of a module. */
export function onePass(entries: readonly string[], plugins: readonly Plugin[]): Plugin {
  let pass: Promise<ReadonlyMap<string, string>> | undefined;
  return {
    name: 'one-pass',
    setup({ esbuild, initialOptions, onLoad }) {
      const options = { ...initialOptions, plugins: [...plugins] };
      initialOptions.logLevel = 'silent';
      onLoad({ filter: /./ }, async ({ path }) => {
        pass ??= bundleAll(esbuild, entries, options);
        const contents = (await pass).get(path);
        if (contents === undefined) throw new Error(`${path} is not the entry of a function`);
        return { contents, loader: 'js' };
      });
    },
  };
}

async function bundleAll(
  esbuild: PluginBuild['esbuild'],
  entries: readonly string[],
  { banner: _, ...options }: BuildOptions,
): Promise<ReadonlyMap<string, string>> {
  // Outputs are named by number, because two entries may have the same name.
  const entryPoints = entries.map((entry, n) => ({ in: entry, out: String(n) }));
  const { outputFiles } = await esbuild.build({ ...options, entryPoints, write: false });
  return new Map(outputFiles.map(({ path, text }) => [entries[Number(parse(path).name)] ?? path, text]));
}

const made = new Map<string, Plugin[]>();

/** The plugins of `serverless-esbuild`, which calls this several times before it builds. An error in the settings ends
 *  the command here. Inside esbuild it would leave esbuild's service, and so the command, running. */
export default ({ service }: Service): Plugin[] => {
  const handlers = Object.values(service.functions).flatMap(({ handler }) => handler ?? []);
  const entries = [...new Set(handlers.map((handler) => join(ROOT, handler.replace(/\.[^./]+$/, '.ts'))))];
  const source = sourceOfBuild(ROOT, process.env, service.provider?.stage);
  const plugins = made.get(entries.join()) ?? [
    onePass(entries, [embedSettings(source), ...(service.custom?.testOnly ? [testOnlyBundle] : [])]),
  ];
  made.set(entries.join(), plugins);
  return plugins;
};
