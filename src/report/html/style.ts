/**
 * The style of the page: system fonts, light or dark as the reader prefers, black on white in print. Text contrast is
 * at least 4.5 : 1 in both (WCAG 2.2 AA).
 */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b1f24; --quiet: #57606a; --line: #d0d7de; --ground: #fff; --panel: #f6f8fa;
  --pass: #116329; --warn: #7d4e00; --fail: #b3141d; --unknown: #5a32a3; --skip: #57606a; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --quiet: #9ea7b3; --line: #3d444d; --ground: #0d1117; --panel: #161b22;
  --pass: #56d364; --warn: #e3b341; --fail: #ff8a84; --unknown: #c9a6ff; --skip: #9ea7b3; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 0; }
p { margin: .25rem 0; } .quiet { color: var(--quiet); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 1rem 0; } dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
ul.counts { display: flex; flex-wrap: wrap; gap: .5rem 1.25rem; list-style: none; padding: 0; margin: 1rem 0; font-weight: 600; }
article { border: 1px solid var(--line); border-left-width: .4rem; border-radius: .4rem; padding: .75rem 1rem; margin: .75rem 0; background: var(--panel); break-inside: avoid; }
article dl { display: grid; grid-template-columns: 6.5rem 1fr; gap: .1rem .75rem; margin: .5rem 0 0; }
.status { font-weight: 600; margin-right: .5rem; }
:is(.status, li).pass { color: var(--pass); } :is(.status, li).warn { color: var(--warn); } :is(.status, li).fail { color: var(--fail); }
:is(.status, li).unknown { color: var(--unknown); } :is(.status, li).skip { color: var(--skip); }
article.fail { border-left-color: var(--fail); } article.warn { border-left-color: var(--warn); } article.unknown { border-left-color: var(--unknown); }
table { border-collapse: collapse; width: 100%; font-size: .95rem; } th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { color: var(--quiet); font-weight: 600; } td:first-child { white-space: nowrap; }
@media (max-width: 40rem) { td:first-child { white-space: normal; } article dl { grid-template-columns: 1fr; } }
@media print { :root { color-scheme: light; --ink: #000; --quiet: #444; --line: #999; --ground: #fff; --panel: #fff;
  --pass: #116329; --warn: #7d4e00; --fail: #b3141d; --unknown: #5a32a3; --skip: #444; } body { max-width: none; padding: 0; font-size: 11pt; } }
`;
