import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { operationsByFunction } from '../../../handlers/http/contract/operations.ts';
import { COMMAND } from '../../../handlers/slack/command.ts';
import { textOf } from '../../support/arch/infrastructure.ts';

const text = textOf('docs/slack-app-manifest.yaml');
const manifest = parse(text) as {
  features: { slash_commands: { command: string; url: string }[] };
  oauth_config: { scopes: { bot: string[] } };
  settings: { interactivity: { request_url: string } };
};

test('the manifest of the Slack app names the command and the routes that there are', () => {
  const [command] = manifest.features.slash_commands;
  expect(command?.command).toBe(COMMAND);
  const urls = [command?.url ?? '', manifest.settings.interactivity.request_url];
  const paths = urls.map((url) => url.slice(url.indexOf('/slack/')));
  const routes = Object.values(operationsByFunction.slack ?? {}).map(({ path }) => path);
  expect(paths).toEqual(['/slack/commands', '/slack/interactions']);
  expect(paths).toEqual(routes);
});

test('each scope of the Slack app, asked for or optional, stands in the documentation with its reason', () => {
  const scopes = [...text.matchAll(/^ +(?:# )?- ([a-z][a-z:.]+)$/gm)].map(([, scope = '']) => scope);
  expect(scopes).toEqual([
    ...manifest.oauth_config.scopes.bot,
    'users:read',
    'users:read.email',
    'usergroups:read',
  ]);
  const rows = textOf('docs/slack.md')
    .split('\n')
    .filter((line) => line.startsWith('   | `'));
  for (const scope of scopes) expect(rows.some((row) => row.includes(`\`${scope}\``))).toBe(true);
});
