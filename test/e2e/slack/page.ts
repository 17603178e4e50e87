import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser, openBrowser } from '../../support/browser.ts';
import { START_WITHIN_MS, type World } from '../../support/e2e/stack/stack.ts';

const CLICK_WITHIN_MS = 15_000;

/** The sandbox's page of Slack, used by hand. */
export function slackPageRules(world: () => World): void {
  let browser: Browser | undefined;
  const failures: string[] = [];
  beforeAll(async () => {
    browser = await openBrowser();
    browser?.page.on('pageerror', (error) => failures.push(error.message));
    browser?.page.on('dialog', (dialog) => void dialog.accept());
  }, START_WITHIN_MS);
  afterAll(() => browser?.close());

  /** Each step waits for what it needs; a browser that is not there leaves the story untold. */
  describe('a person with a browser', () => {
    it('asks by the form, sees the mistake at its field, and has another person approve', async () => {
      if (!browser) return;
      const { page } = browser;
      page.setDefaultTimeout(CLICK_WITHIN_MS);
      const { fullName } = await world().repository();
      const say = async (text: string) => {
        await page.fill('#line', text);
        await page.press('#line', 'Enter');
      };
      const isSaid = (text: string) => page.locator('.message', { hasText: text }).first().waitFor();
      await page.goto(world().stack.slack.url);
      await say('/aws-role help');
      await isSaid('Only visible to you');
      await say('/aws-role');
      await page.fill('#field-repository', fullName);
      await page.selectOption('#field-template', 's3-static-site');
      await page.click('dialog button.primary');
      await page.fill('[id="field-parameter.bucket"]', 'Payroll');
      await page.click('dialog button.primary');
      await page.locator('.error', { hasText: 'must be an S3 bucket name' }).waitFor();
      expect(await page.inputValue('[id="field-parameter.bucket"]')).toBe('Payroll');
      await page.fill('[id="field-parameter.bucket"]', 'payroll');
      await page.fill('#field-reason', 'Salaries <!channel> *are* paid');
      await page.click('dialog button.primary');
      await page.locator('dialog', { hasText: 'waits for approval' }).waitFor();
      await page.click('dialog footer button');

      await page.click('[data-channel=C0APPROVALS]');
      const card = page.locator('.message', { hasText: fullName }).first();
      // Words are shown as they were typed; they call nobody and format nothing.
      expect(await card.innerText()).toContain('Salaries <!channel> *are* paid');
      await card.locator('[data-action=approve]').click();
      await isSaid('nobody-approves-their-own-request');
      await page.selectOption('#user', 'grace');
      // What was told to Ada alone is not there for Grace.
      await page.locator('.message', { hasText: 'nobody-approves' }).waitFor({ state: 'detached' });
      await card.locator('[data-action=approve]').click();
      await card.locator('strong', { hasText: 'Approved' }).waitFor();
      expect(await card.locator('[data-action=approve]').count()).toBe(0);

      await page.selectOption('#user', 'ada');
      await page.click('[data-channel=D0ADA]');
      await isSaid('Granted');
      expect(failures).toEqual([]);
    }, 90_000);
  });
}
