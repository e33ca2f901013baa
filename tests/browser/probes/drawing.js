// Words of a drawing that can hardly be read: contrast of their colour with what lies under them, below `limit`.
([paper, limit]) => {
  const parse = (colour) => (colour.match(/[\d.]+/g) || []).map(Number);
  const light = (colour) => {
    const [r, g, b] = parse(colour).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const under = (word) => {
    const box = word.getBoundingClientRect();
    const covers = [...word.ownerSVGElement.querySelectorAll("rect, path, circle")].filter((e) => {
      if (e.compareDocumentPosition(word) & Node.DOCUMENT_POSITION_PRECEDING) return false;
      const style = getComputedStyle(e);
      const area = e.getBoundingClientRect();
      const isFilled = style.fill !== "none" && parse(style.fill)[3] !== 0 && Number(style.fillOpacity) > 0;
      const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
      return isFilled && area.left <= x && x <= area.right && area.top <= y && y <= area.bottom;
    });
    return covers.length ? getComputedStyle(covers.at(-1)).fill : paper;
  };
  return [...document.querySelectorAll("svg text")]
    .filter((word) => word.textContent.trim() && word.checkVisibility({ visibilityProperty: true }))
    .map((word) => [word, contrast(getComputedStyle(word).fill, under(word))])
    .filter(([, found]) => found < limit)
    .map(([word, found]) => `"${word.textContent.trim()}" ${found.toFixed(1)} to 1`);
}
