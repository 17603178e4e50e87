import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { type CommandOptions, runInShell } from '../../support/command-line.ts';
import { stepsIn } from '../../support/domain/step-shell.ts';
import type { Json } from '../../support/e2e/http.ts';
import type { World } from '../../support/e2e/stack/stack.ts';

const CLIENT = ['--client-id', 'rolewright-cli'];
const WIDTH = 80;

/** The command line against a running stack: each login of a person, then what people do with grants. */
export function commandLineRules(world: () => World): void {
  const homes: string[] = [];
  afterAll(() => {
    for (const home of homes) rmSync(home, { recursive: true, force: true });
  });
  /** A person at a shell of their own, with a configuration folder of their own. */
  function shell() {
    const home = mkdtempSync(join(tmpdir(), 'rolewright-home-'));
    homes.push(home);
    const variables = { XDG_CONFIG_HOME: home };
    return {
      file: join(home, 'rolewright', 'logins.json'),
      run: (words: string | string[], options: CommandOptions = {}) =>
        runInShell(
          [words].flat().flatMap((word) => word.split(' ')),
          { columns: WIDTH, variables, ...options },
        ),
    };
  }
  const issuer = () =>
    `${world().stack.bitbucket.url}/sandbox/issuers/login.acme.example/.well-known/openid-configuration`;
  const login = () => ['login', world().stack.api, '--issuer', issuer(), ...CLIENT];
  const form = (url: string, fields: Record<string, string>) =>
    fetch(url, { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });

  /** Confirms a device's code as a person, once the command shows the page. */
  const confirming = (person: string): ((text: string) => void) => {
    let isDone = false;
    return (text) => {
      const [page] = /http:\S+user_code=\S+/.exec(text) ?? [];
      if (!page || isDone) return;
      isDone = true;
      const { searchParams } = new URL(page);
      void form(page.replace(/\?.*/, ''), { user_code: searchParams.get('user_code') ?? '', person });
    };
  };
  /** Does in the browser what a person does: chooses who they are, and follows the way back. */
  const browsing = (person: string, change = (back: URL) => back.href) => {
    const visits: Promise<Response>[] = [];
    return {
      visits,
      openPage(page: string) {
        const { origin, pathname, searchParams } = new URL(page);
        const chosen = { ...Object.fromEntries(searchParams), person };
        visits.push(
          form(`${origin}${pathname}`, chosen).then(({ headers }) =>
            fetch(change(new URL(headers.get('location') ?? ''))),
          ),
        );
      },
    };
  };
  const loggedIn = async (person: string) => {
    const own = shell();
    const token = await world().person(person);
    const { code } = await own.run(['login', world().stack.api, '--token'], { input: `${token}\n` });
    expect(code).toBe(0);
    return own;
  };

  test('logs in by a code that is confirmed in any browser, and keeps the token for this API alone', async () => {
    const ada = shell();
    const done = await ada.run(login(), { onError: confirming('ada@acme.example') });
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('as person:ada@acme.example') });
    expect(statSync(ada.file).mode & 0o777).toBe(0o600);
    expect(statSync(join(ada.file, '..')).mode & 0o777).toBe(0o700);
    const { logins } = JSON.parse(readFileSync(ada.file, 'utf8')) as { logins: Json };
    expect(Object.keys(logins)).toEqual([world().stack.api]);
    expect((await ada.run('whoami')).out).toContain('person:ada@acme.example');
    // The next time, nothing has to be given.
    expect(await ada.run('login', { onError: confirming('grace@acme.example') })).toMatchObject({
      code: 0,
      out: expect.stringContaining('as person:grace@acme.example'),
    });
    const other = await ada.run('whoami --url http://127.0.0.1:9');
    expect(other).toEqual({
      code: 1,
      out: '',
      err: expect.stringContaining(`logged in at ${world().stack.api} only`),
    });
    expect((await ada.run('logout')).out).toContain(`Logged out of ${world().stack.api}.`);
    expect(await ada.run('whoami')).toMatchObject({ code: 1, err: expect.stringContaining('not logged in') });
  });

  test('keeps nothing where the person does not allow the login', async () => {
    const nobody = shell();
    const refused = await nobody.run(login(), { onError: confirming('') });
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('access_denied') });
    expect(() => statSync(nobody.file)).toThrow('ENOENT');
  });

  test('logs in with the browser of the machine, and takes no answer but its own', async () => {
    const grace = shell();
    const browser = browsing('grace@acme.example');
    const done = await grace.run([...login(), '--browser'], browser);
    expect(done).toMatchObject({ code: 0, out: expect.stringContaining('as person:grace@acme.example') });
    const [page] = await Promise.all(browser.visits);
    expect([page?.status, page?.headers.get('content-security-policy')]).toEqual([
      200,
      expect.stringContaining("default-src 'none'"),
    ]);
    const denied = await grace.run([...login(), '--browser'], browsing(''));
    expect(denied).toMatchObject({ code: 1, err: expect.stringContaining('access_denied') });
    // A code of another login is not redeemed.
    const stolen = browsing('ada@acme.example', (back) => {
      back.searchParams.set('code', 'of-another-login');
      return back.href;
    });
    expect(await grace.run([...login(), '--browser'], stolen)).toMatchObject({
      code: 1,
      err: expect.stringContaining('invalid_grant'),
    });
    expect((await grace.run('whoami')).out).toContain('grace@acme.example');
  });

  test('refuses a token that the API refuses, and keeps it not', async () => {
    const eve = shell();
    const token = await world().step('acme/shop', { audiences: ['elsewhere'] });
    const refused = await eve.run(['login', world().stack.api, '--token'], { input: token });
    expect(refused).toMatchObject({ code: 1, out: '', err: expect.stringContaining('UNAUTHENTICATED') });
    expect(() => statSync(eve.file)).toThrow('ENOENT');
    expect(refused.err).not.toContain(token.slice(0, 20));
  });

  test('plans, requests, approves, shows, lists, explains and revokes', async () => {
    const [ada, grace] = [await loggedIn('ada@acme.example'), await loggedIn('grace@acme.example')];
    const asked = 'acme/shop s3-static-site bucket=cli-payroll --name from-shell';
    const plan = await ada.run(`plan ${asked}`);
    expect(plan).toMatchObject({ code: 0, err: '' });
    expect(plan.out).toMatch(/^Approval +needed$/m);
    expect(plan.out).toMatch(/^s3:PutObject +arn:aws:s3:::cli-payroll\/\*$/m);
    const hash = /--plan ([0-9a-f]{64})/.exec(plan.out)?.[1] ?? '';
    const requested = await ada.run(`request ${asked} --plan ${hash} --json`);
    const { id, state } = JSON.parse(requested.out) as { id: string; state: string };
    expect([requested.code, requested.err, state]).toEqual([0, '', 'pending']);

    const own = await ada.run(`approve ${id} --plan ${hash}`);
    expect(own).toMatchObject({ code: 1, err: expect.stringContaining('DENIED') });
    const unseen = await grace.run(`approve ${id}`);
    expect(unseen).toMatchObject({ code: 2, out: '', err: expect.stringContaining('cli-payroll') });
    const shown = await grace.run(`show ${id}`);
    const approval = /rolewright (approve .*)/.exec(shown.out)?.[1] ?? '';
    const approved = await grace.run(approval);
    expect(approved).toMatchObject({ code: 0, err: '' });
    expect(approved.out).toMatch(/^State +active$/m);

    const list = await ada.run('list --repository acme/shop --state active');
    expect(list.out.split('\n')[0]).toMatch(/^GRANT +STATE +FOR +TEMPLATE +EXPIRES$/);
    expect(list.out).toContain(id);
    for (const line of list.out.split('\n')) expect(line.length).toBeLessThanOrEqual(WIDTH);
    const step = await ada.run(`show ${id} --step`);
    expect(step.out).toBe((await world().get(`/v1/grants/${id}`)).json.pipelineSnippet);

    const token = await world().step('acme/shop');
    expect(await ada.run(`explain ${id}`, { input: token })).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^admitted/),
    });
    const foreign = await ada.run(`explain ${id} --json`, { input: await world().step('acme/web') });
    expect([foreign.code, (JSON.parse(foreign.out) as Json).code]).toEqual([1, 'WRONG_REPOSITORY']);

    const revoked = await ada.run(`revoke ${id}`);
    expect(revoked).toMatchObject({ code: 0, out: expect.stringMatching(/^State +revoked$/m) });
    expect(await ada.run(`revoke ${id} --json`)).toMatchObject({ code: 0, err: '' });
    const rejected = await ada.run(`reject ${id} --plan ${hash} --reason no`);
    expect(rejected).toMatchObject({ code: 1, err: expect.stringContaining('CONFLICT') });
  });

  test('ends all access of a repository in one command, which another person releases', async () => {
    const [ada, grace] = [await loggedIn('ada@acme.example'), await loggedIn('grace@acme.example')];
    const { fullName, uuid } = await world().repository();
    const asked = await ada.run(`request ${fullName} s3-static-site bucket=shop-incident --json`);
    const { id } = JSON.parse(asked.out) as { id: string };
    const unexplained = await ada.run(`incident ${uuid}`);
    expect(unexplained).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--reason') });
    const uncounted = await ada.run(`incident ${uuid} --reason leak --confirm many`);
    expect(uncounted).toMatchObject({ code: 2, out: '', err: expect.stringContaining('--confirm') });
    const ended = await ada.run(`incident ${uuid} --reason leak`);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(new RegExp(`^${id} +revoked$`, 'm'));
    const own = await ada.run(`release ${uuid} --reason over`);
    expect(own).toMatchObject({ code: 1, err: expect.stringContaining('DENIED') });
    const released = await grace.run(`release ${String(uuid).slice(1, -1)} --reason over`);
    expect(released).toMatchObject({ code: 0, err: '', out: expect.stringContaining(id) });
  });

  test('freezes a grant for a reason, and has another person thaw it', async () => {
    const [ada, grace] = [await loggedIn('ada@acme.example'), await loggedIn('grace@acme.example')];
    const asked = await ada.run('request acme/shop s3-static-site bucket=shop-frozen --name frozen --json');
    const { id } = JSON.parse(asked.out) as { id: string };
    expect(await ada.run(`freeze ${id}`)).toMatchObject({
      code: 2,
      err: expect.stringContaining('--reason'),
    });
    const frozen = await ada.run(`freeze ${id} --reason leak`);
    expect(frozen).toMatchObject({ code: 0, out: expect.stringMatching(/^State +frozen$/m) });
    expect(frozen.out).toMatch(/^Frozen +by person:ada@acme\.example .*\(leak\)$/m);
    expect(await ada.run(`thaw ${id} --reason over`)).toMatchObject({ code: 1, out: '' });
    expect(await grace.run(`thaw ${id} --reason over`)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^State +active$/m),
    });
  });

  test('lists over as many pages as it takes, and says where there are more', async () => {
    const ada = await loggedIn('ada@acme.example');
    for (const name of ['one', 'two', 'three']) {
      expect((await ada.run(`request acme/web s3-static-site bucket=web-${name} --name ${name}`)).code).toBe(
        0,
      );
    }
    const two = await ada.run('list --repository acme/web --limit 2 --json');
    expect(JSON.parse(two.out)).toMatchObject({ items: [{}, {}], isCut: true });
    const all = await ada.run('list --repository acme/web --json');
    expect(JSON.parse(all.out)).toMatchObject({ isCut: false });
    expect((await ada.run('list --repository acme/web --limit 2')).out).toContain('There are more');
  });

  test('prints one step for all active grants of a repository, ready for bitbucket-pipelines.yml', async () => {
    const ada = await loggedIn('ada@acme.example');
    for (const name of ['pages', 'assets']) {
      expect((await ada.run(`request acme/api s3-static-site bucket=api-${name} --name ${name}`)).code).toBe(
        0,
      );
    }
    const step = await ada.run('list --repository acme/api --step');
    expect(step).toMatchObject({ code: 0, err: '' });
    expect(stepsIn(step.out)).toHaveLength(1);
    for (const name of ['pages', 'assets']) expect(step.out).toContain(`s3://api-${name}/`);
    expect(await ada.run('list --step')).toMatchObject({
      code: 1,
      err: expect.stringContaining('/repository'),
    });
  });

  test('says of a refusal the code, the fields and what to do, as text or as one JSON document', async () => {
    const ada = await loggedIn('ada@acme.example');
    const text = await ada.run('request acme/shop s3-static-site buckte=shop-site');
    expect(text).toMatchObject({ code: 1, out: '' });
    expect(text.err).toMatch(/^PARAMETERS_INVALID: /);
    expect(text.err).toContain('  /parameters/buckte ');
    const json = await ada.run('request acme/shop s3-static-site buckte=shop-site --json');
    expect(JSON.parse(json.out)).toMatchObject({ code: 'PARAMETERS_INVALID', status: 422 });
    const twice = await ada.run('request acme/shop s3-static-site bucket=a bucket=b');
    expect(twice).toEqual({ code: 2, out: '', err: '"bucket" takes one value: give it once.\n' });
  });

  test('gives a list where the template takes one, from one value on', async () => {
    const ada = await loggedIn('ada@acme.example');
    const words = 'plan acme/shop secrets-read secrets=shop/one --environment Production --json';
    const one = await ada.run(words);
    const view = JSON.parse(one.out) as { parameters: Json };
    expect([one.code, Object.values(view.parameters)]).toEqual([0, [['shop/one']]]);
  });
}
