/** The style of the pages below /docs. */
export const docsStyle = `
:root { color-scheme: light dark; --line: light-dark(#dfe3e8, #333a44); --ink: light-dark(#1c2430, #e7eaf0);
  --soft: light-dark(#55606f, #a5afbd); --ground: light-dark(#fafbfc, #14181f); --accent: light-dark(#24479b, #9db8ff); }
body { margin: 0; font: 14px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
header { display: flex; gap: 24px; padding: 12px 24px; border-bottom: 1px solid var(--line); }
header nav { display: flex; gap: 16px; }
a { color: var(--accent); }
main { max-width: 1100px; margin: 0 auto; padding: 16px 24px 64px; }
h1 small { color: var(--soft); font-weight: 400; font-size: 16px; }
h2 { margin-top: 32px; font-size: 20px; }
h3 { font-size: 14px; }
details { border: 1px solid var(--line); border-radius: 6px; padding: 0 12px; margin: 6px 0; }
summary { padding: 10px 0; cursor: pointer; }
summary span { color: var(--soft); margin-left: 8px; }
summary b { display: inline-block; min-width: 62px; font-size: 12px; }
table { border-collapse: collapse; width: 100%; margin: 8px 0 16px; }
th, td { text-align: left; padding: 4px 8px; border-bottom: 1px solid var(--line); vertical-align: top; }
pre { overflow: auto; max-height: 320px; border: 1px solid var(--line); border-radius: 6px; padding: 8px; }
code { font-family: ui-monospace, monospace; font-size: 12.5px; overflow-wrap: anywhere; }
tr:target { outline: 2px solid var(--accent); }
`;
