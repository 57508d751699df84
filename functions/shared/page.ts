/*
 * What the pages that Redress makes for people to keep have in common: each is one file that needs nothing else, to be
 * read on a screen, aloud, or on paper.
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Text as HTML shows it, whatever is in it; also within an attribute in quotes. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

export const PAGE_STYLE = `
:root { --ink: #1f2933; --soft: #52606d; --rule: #d5dbe3; --paper: #fff; --tint: #f4f6f9; --accent: #00558b }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 76rem; padding: 2rem 1.25rem 4rem; color: var(--ink); background: var(--paper); font: 16px/1.5 system-ui, sans-serif }
header { border-bottom: 3px solid var(--accent); padding-bottom: .5rem }
.stage { color: var(--soft); margin: 0 }
h1 { margin: .1rem 0; font-size: 2rem; line-height: 1.2 }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.3rem }
.scroll { overflow-x: auto }
.scroll:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
table { border-collapse: collapse; width: 100%; font-size: .9375rem }
caption { text-align: left; font-weight: 600; padding: .25rem 0 }
th, td { border-bottom: 1px solid var(--rule); padding: .35rem .6rem; text-align: left; vertical-align: top }
thead th { color: var(--soft); font-weight: 600; vertical-align: bottom }
.nothing, footer { color: var(--soft) }
footer { margin-top: 3rem; border-top: 1px solid var(--rule); font-size: .875rem }
@page { size: A4; margin: 14mm }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt }
  h2 { break-after: avoid; margin-top: 1.5rem }
  .scroll { overflow: visible }
  table { font-size: 8pt }
  th, td { padding: .15rem .25rem }
}
`
