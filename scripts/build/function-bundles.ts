import { join, parse } from 'node:path';
import type { BuildOptions, Plugin, PluginBuild } from 'esbuild';
import { readConfiguration } from '../../adapters/settings/files.ts';
import { StartFailure } from '../../adapters/settings/start-failure.ts';
import { embedSettings } from './embed-settings.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What is read here of the service that `serverless.yml` describes. */
type Service = {
  service: {
    functions: Record<string, { handler?: string }>;
    custom?: { boundary?: string };
  };
};

/** Gives every function its bundle out of one pass over all of `entries`, absolute paths. Functions share most of their
 *  modules; one build for each, as `serverless-esbuild` has it, reads them anew each time and takes three times as long.
 *  `plugins` work in that pass. A build of any other file fails. What is wrong with a module is logged by the pass, once,
 *  and by no build besides. */
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
  // Outputs are named by number: two entries may have one name.
  const entryPoints = entries.map((entry, n) => ({ in: entry, out: String(n) }));
  const { outputFiles } = await esbuild.build({ ...options, entryPoints, write: false });
  return new Map(outputFiles.map(({ path, text }) => [entries[Number(parse(path).name)] ?? path, text]));
}

/** Throws `StartFailure` where the stack makes another boundary than the one that roles are to bear. */
function checkBoundary({ custom }: Service['service']): void {
  const { boundary } = custom ?? {};
  const errors = readConfiguration(ROOT).accounts.flatMap(({ boundaryPolicy }, n) =>
    boundary === undefined || boundary === boundaryPolicy
      ? []
      : [
          `config/rolewright.yaml/accounts/${n}/boundaryPolicy: is ${boundaryPolicy}, and the stack makes ${boundary}: set ROLEWRIGHT_BOUNDARY=${boundaryPolicy}`,
        ],
  );
  if (errors.length > 0) throw new StartFailure(errors);
}

const made = new Map<string, Plugin[]>();

/** What `serverless-esbuild` asks for, several times, before it builds. An error of the settings ends it here: one inside of
 *  esbuild would leave its service running, and the command with it. */
export default ({ service }: Service): Plugin[] => {
  const handlers = Object.values(service.functions).flatMap(({ handler }) => handler ?? []);
  const entries = [...new Set(handlers.map((handler) => join(ROOT, handler.replace(/\.[^./]+$/, '.ts'))))];
  const plugins = made.get(entries.join()) ?? [onePass(entries, [embedSettings(ROOT)])];
  made.set(entries.join(), plugins);
  checkBoundary(service);
  return plugins;
};
