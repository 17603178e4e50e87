import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Debian's package and others put the browser. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A headless browser with a profile of its own, that calls nobody but the page's own server. */
export type Browser = { page: Page; close(): Promise<void> };

/** Opens a browser; undefined where none is installed, which is printed. */
export async function openBrowser(): Promise<Browser | undefined> {
  const executablePath = PATHS.find((path) => existsSync(path));
  if (!executablePath) {
    console.warn(
      'No browser is installed: the page of the sandbox was not looked at. apt-get install chromium',
    );
    return undefined;
  }
  const profile = mkdtempSync(join(tmpdir(), 'browser-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    viewport: { width: 1100, height: 1000 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  return {
    page: await context.newPage(),
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
