// The frame of reports: one HTML file that loads nothing, runs nothing, and shows itself light or dark as its reader
// likes.

import { type Html, html } from './html.ts'

export type Section = { title: string; body: Html }

export type Page = {
  title: string
  /** A line or two below the title. */
  lead: Html
  sections: readonly Section[]
}

const POLICY = "default-src 'none'; style-src 'unsafe-inline'"

const STYLE: Html = html`<style>
:root{color-scheme:light dark;--bg:#fff;--fg:#1c2230;--soft:#667085;--line:#d9dee7;--card:#f6f8fb;--a:#2f6fde;--b:#e07b1f;--good:#1a8a4a;--bad:#c8322b}
@media (prefers-color-scheme:dark){:root{--bg:#12151c;--fg:#e6e9f0;--soft:#98a2b3;--line:#2b3240;--card:#1a1f2a;--a:#6ea2ff;--b:#ffad5c;--good:#4cc38a;--bad:#ff7b72}}
*{box-sizing:border-box}
body{margin:0 auto;padding:2rem 1.25rem 4rem;max-width:76rem;background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:0 0 .25rem}h2{font-size:1.2rem;margin:2.5rem 0 .75rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}h3{font-size:1rem;margin:0 0 .4rem;overflow-wrap:anywhere}
p{margin:.4rem 0}.lead,.soft,figcaption{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1rem;margin-top:.75rem}a{color:var(--a)}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:.25rem .7rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top;overflow-wrap:break-word}td.text:first-child{overflow-wrap:anywhere;min-width:7rem}th{color:var(--soft);font-weight:600}
td.number,th.number{text-align:right;white-space:nowrap}.cards+h3{margin-top:1.25rem}.wide+.wide{margin-top:1rem}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(21rem,100%),1fr));gap:1rem}.card{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.9rem 1rem}
figure{margin:.5rem 0}svg{width:100%;height:auto;display:block}svg text{fill:var(--fg);font:10px system-ui,sans-serif}svg text.soft{fill:var(--soft)}
svg .axis{stroke:var(--line)}svg .s0{fill:var(--a);fill-opacity:.65}svg .s1{fill:var(--b);fill-opacity:.55}svg .plus{fill:var(--a)}svg .minus{fill:var(--b)}svg .none{fill:var(--card)}
.key{display:inline-block;width:.7em;height:.7em;border-radius:2px;margin:0 .35em 0 .8em}.key.s0{background:var(--a)}.key.s1{background:var(--b)}
</style>`

/** The whole file. */
export function renderPage({ title, lead, sections }: Page): string {
  const links = sections.map(({ title: name }, at) => html`<a href="#s${at}">${name}</a>`)
  const bodies = sections.map(
    ({ title: name, body }, at) => html`<section id="s${at}"><h2>${name}</h2>${body}</section>`,
  )
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${STYLE}
</head>
<body>
<header><h1>${title}</h1><div class="lead">${lead}</div><nav>${links}</nav></header>
${bodies}
</body>
</html>
`.markup
}

/** A table whose columns after the first `texts` are numbers, to the right. */
export function renderTable(
  head: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  texts = 1,
): Html {
  const kind = (at: number): string => (at < texts ? 'text' : 'number')
  const heads = head.map((name, at) => html`<th class="${kind(at)}">${name}</th>`)
  const body = rows.map(
    (cells) =>
      html`<tr>${cells.map((cell, at) => html`<td class="${kind(at)}">${cell}</td>`)}</tr>`,
  )
  return html`<div class="wide"><table><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`
}
