// Hangul that the page's fonts cannot draw: each letter is drawn and compared with a character that no font has.
() => {
  const canvas = new OffscreenCanvas(48, 48);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const draw = (letter, font) => {
    pen.clearRect(0, 0, 48, 48);
    pen.font = font;
    pen.fillText(letter, 4, 38);
    return pen.getImageData(0, 0, 48, 48).data.join();
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const letters = new Map(); // font -> letters written in it
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const style = getComputedStyle(node.parentElement);
    const font = `${style.fontWeight} 32px ${style.fontFamily}`;
    const kept = letters.get(font) || letters.set(font, new Set()).get(font);
    for (const letter of node.data.match(/[\uac00-\ud7a3]/g) || []) kept.add(letter);
  }
  const lost = [];
  for (const [font, kept] of letters) {
    if (!kept.size) continue;
    const nothing = new Set([draw("\u{10fffd}", font), draw("\ue000", font), draw(" ", font)]);
    for (const letter of kept) if (nothing.has(draw(letter, font))) lost.push(`${letter} in ${font}`);
  }
  return { lost, count: [...letters.values()].reduce((sum, kept) => sum + kept.size, 0) };
}
