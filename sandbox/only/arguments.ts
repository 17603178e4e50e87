/** The stand-ins that can be started alone. Each calls an API that runs elsewhere. */
const standInNames = ['bitbucket', 'slack'] as const;

export type StandInName = (typeof standInNames)[number];

/** Which stand-ins are started, and the API that they deliver to. */
export type Only = { names: ReadonlySet<StandInName>; api: string };

const isStandIn = (name: string): name is StandInName => standInNames.some((known) => known === name);

/** Reads `--only` and `--api`. Undefined where both are missing. Throws with what to do. */
export function onlyFrom({
  only,
  api,
}: {
  only?: string | undefined;
  api?: string | undefined;
}): Only | undefined {
  if (only === undefined && api === undefined) return undefined;
  if (only === undefined)
    throw new Error('--api is for --only: without it, npm start starts the API itself.');
  const names = only.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !isStandIn(name));
  if (unknown !== undefined) {
    throw new Error(`--only takes ${standInNames.join(' and ')}, separated by a comma; not "${unknown}".`);
  }
  if (api === undefined || !/^https?:$/.test(URL.canParse(api) ? new URL(api).protocol : '')) {
    throw new Error(
      '--only needs --api with the URL of the API that the stand-ins deliver to, e.g. --api http://127.0.0.1:3000.',
    );
  }
  return { names: new Set(names.filter(isStandIn)), api: api.replace(/\/+$/, '') };
}
