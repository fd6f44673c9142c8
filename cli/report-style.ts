import { Html } from './html'

/** The style sheet of a report: for screens of any width, dark ones too, and for paper. */
export const REPORT_STYLE = new Html(`
:root { color-scheme: light dark; --text: #1b1f24; --dim: #57606a; --page: #fff; --card: #f6f8fa; --line: #d0d7de;
  --good: #2da44e; --partial: #bf8700; --same: #7a8fb8; --bad: #cf222e; --invalid: #82071e; --out: #afb8c1; --other: #8c959f; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --dim: #9da7b3; --page: #0d1117; --card: #161b22;
  --line: #30363d; --good: #3fb950; --partial: #d29922; --same: #7f97c4; --bad: #f85149; --invalid: #b62324; --out: #484f58; --other: #6e7681; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1100px; padding: 24px; font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); }
h1 { font-size: 24px; margin: 0 0 4px; overflow-wrap: anywhere; } h2 { font-size: 19px; margin: 32px 0 8px; } h3 { font-size: 16px; margin: 0 0 4px; }
p { margin: 4px 0; overflow-wrap: anywhere; } header p { color: var(--dim); } .warning { color: var(--text); font-weight: 600; }
table { border-collapse: collapse; width: 100%; margin: 8px 0; } th, td { text-align: left; vertical-align: top; padding: 4px 8px 4px 0; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; } .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; overflow-wrap: normal; }
.bars { table-layout: fixed; } .bars th { width: 24%; font-weight: 400; } .bars .number { width: 100px; padding-right: 16px; } .bars .fates { width: 30%; color: var(--dim); font-size: 13px; }
.bar { display: block; width: 100%; height: 16px; margin-top: 3px; } .columns { display: block; width: 100%; height: 180px; border-bottom: 1px solid var(--line); }
figure { margin: 8px 0; } .axis { display: flex; justify-content: space-between; color: var(--dim); font-size: 13px; }
.legend { list-style: none; padding: 0; margin: 8px 0; display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: 13px; } .legend svg { width: 12px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 0 32px; align-items: start; } article { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 12px; margin: 8px 0; }
pre { background: var(--page); border: 1px solid var(--line); border-radius: 4px; padding: 8px; margin: 4px 0; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 13px; } code { font-size: 14px; }
.delivered { fill: var(--good); } .partial { fill: var(--partial); } .unchanged { fill: var(--same); } .rejected { fill: var(--bad); } .invalid, .not_an_event { fill: var(--invalid); }
.no_matching_mapping, .ignored, .disabled_by_integrations, .no_consent { fill: var(--other); } .outside_time_range, .not_chosen { fill: var(--out); }
@media (max-width: 700px) { body { padding: 12px; } .pair { grid-template-columns: 1fr; } .bars th { width: 34%; } .bars .number { width: 72px; } .bars .fates { display: none; }
  table { table-layout: fixed; } article tr:first-child { display: none; } article td { display: block; border: 0; padding: 0; } article tr { display: block; padding: 4px 0; border-bottom: 1px solid var(--line); } }
@media print { :root { --text: #000; --dim: #444; --page: #fff; --card: #fff; --line: #bbb; } body { max-width: none; padding: 0; font-size: 11px; }
  svg { print-color-adjust: exact; -webkit-print-color-adjust: exact; } article, tr, figure { break-inside: avoid; } h2, h3 { break-after: avoid; } details { display: none; } }
`)
