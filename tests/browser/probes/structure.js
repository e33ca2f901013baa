// What a page is made of: language, title, headings, addresses, tables.
() => {
  const text = (e) => (e.textContent || "").trim().replace(/\s+/g, " ");
  return {
    lang: document.documentElement.lang,
    title: document.title,
    headings: [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].map((h) => [Number(h.localName[1]), text(h)]),
    ids: [...document.querySelectorAll("[id]")].map((e) => e.id),
    links: [...document.querySelectorAll("a[href]")].map((a) => [a.href, text(a)]),
    sources: [...document.querySelectorAll("img[src], script[src], link[href], source[src], object[data]")].map((e) => e.src || e.href || e.data),
    unnamedImages: [...document.querySelectorAll("img:not([alt]), svg:not([role]):not([aria-hidden])")].map((e) => e.outerHTML.slice(0, 80)),
    unnamedTables: [...document.querySelectorAll("table")]
      .filter((t) => !(t.caption && text(t.caption)) && !t.closest("[aria-label], [aria-labelledby]"))
      .map((t) => text(t).slice(0, 60)),
    said: document.body.innerText,
    readyMs: performance.getEntriesByType("navigation")[0].loadEventEnd,
  };
}
