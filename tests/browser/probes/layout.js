// What does not fit at the present width and medium. Returns {lists of "element: text"}; empty lists are good.
() => {
  const root = document.documentElement;
  const width = root.clientWidth;
  const all = [...document.querySelectorAll("body *, svg, svg *")];
  const isShown = (e) => e.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const hasText = (e) => [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
  const say = (e, more = "") => {
    const name = e.localName + (e.id ? "#" + e.id : "") + (e.getAttribute("class") ? "." + e.getAttribute("class").replaceAll(" ", ".") : "");
    const section = e.closest("section[id]");
    return `${section ? "#" + section.id + " " : ""}${name}: "${(e.textContent || "").trim().replace(/\s+/g, " ").slice(0, 50)}"${more}`;
  };
  const style = new Map();
  const css = (e) => style.get(e) || style.set(e, getComputedStyle(e)).get(e);
  const inScroller = (e) => {
    for (let p = e.parentElement; p && p !== document.body; p = p.parentElement) {
      if (css(p).overflowX !== "visible") return true;
    }
    return false;
  };
  const shown = all.filter(isShown);
  const blocks = shown.filter((e) => e.namespaceURI.endsWith("xhtml") && css(e).display !== "inline");
  const cutsOff = (e) => ["hidden", "clip"].includes(css(e).overflowX) || ["hidden", "clip"].includes(css(e).overflowY);
  const isOffScreen = (e) => e.getBoundingClientRect().right <= 0 || e.getBoundingClientRect().width <= 1;

  const pageScroll = root.scrollWidth > width ? [`page: ${root.scrollWidth} px wide in ${width} px`] : [];
  const outside = blocks
    .filter((e) => hasText(e) && e.getBoundingClientRect().right > width + 1 && !inScroller(e))
    .map((e) => say(e, ` ends at ${Math.round(e.getBoundingClientRect().right)} of ${width} px`));
  const clipped = blocks
    .filter((e) => e.textContent.trim() && cutsOff(e) && !isOffScreen(e))
    .filter((e) => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)
    .map((e) => say(e, ` needs ${e.scrollWidth}x${e.scrollHeight}, has ${e.clientWidth}x${e.clientHeight} px`));
  const spilling = blocks
    .filter((e) => hasText(e) && css(e).overflowX === "visible" && e.clientWidth > 0 && !isOffScreen(e))
    .filter((e) => e.scrollWidth > e.clientWidth + 1)
    .map((e) => say(e, ` needs ${e.scrollWidth}, has ${e.clientWidth} px`));
  const stuck = blocks // what scrolls sideways must be reachable by keyboard
    .filter((e) => ["auto", "scroll"].includes(css(e).overflowX) && e.scrollWidth > e.clientWidth + 1 && e.tabIndex < 0)
    .map((e) => say(e));

  const words = shown.filter((e) => e.localName === "text" && e.textContent.trim());
  const isTurned = (e) => Math.abs(e.getScreenCTM().b) > 0.01; // a turned word's box says little about where it lies
  const boxes = words.map((e) => ({ e, svg: e.ownerSVGElement, box: e.getBoundingClientRect(), turned: isTurned(e) }));
  const beyond = boxes
    .filter(({ svg, box }) => {
      const outer = svg.getBoundingClientRect();
      return box.left < outer.left - 1 || box.right > outer.right + 1 || box.top < outer.top - 1 || box.bottom > outer.bottom + 1;
    })
    .map(({ e }) => say(e));
  const overlapping = [];
  boxes.forEach((a, i) => {
    for (const b of boxes.slice(i + 1)) {
      if (a.svg !== b.svg || a.turned || b.turned) continue;
      const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
      const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
      if (across > 1 && down > Math.min(a.box.height, b.box.height) * 0.35) overlapping.push(`${say(a.e)} and ${say(b.e)}`);
    }
  });
  return { pageScroll, outside, clipped, spilling, stuck, beyond, overlapping };
}
