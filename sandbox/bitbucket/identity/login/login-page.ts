import type { Answer } from '../../../http/answers.ts';

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);

const page = (status: number, content: string): Answer => ({
  status,
  html: `<!doctype html><meta charset="utf-8"><title>Sandbox login</title>${content}\n`,
  headers: {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
  },
});

/** The page on which a person of the sandbox is chosen: a button for each, which sends the fields and who it is. */
export function choicePage(
  title: string,
  { fields, people }: { fields: Record<string, string>; people: readonly string[] },
): Answer {
  const hidden = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const buttons = people.map(
    (email) => `<p><button name="person" value="${escaped(email)}">${escaped(email)}</button>`,
  );
  const cancel = '<p><button name="person" value="">Cancel</button>';
  const form = `<form method="post">${hidden.join('')}${buttons.join('')}${cancel}</form>`;
  return page(200, `<h1>${escaped(title)}</h1><p>A stand-in for the company's login. Who are you?${form}`);
}

/** A page with one sentence. */
export const textPage = (status: number, text: string): Answer => page(status, `<p>${escaped(text)}`);
