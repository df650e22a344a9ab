/**
 * Runs in the page: finds text whose contrast with what is behind it is below WCAG 2.2 AA,
 * 4.5 to 1, or 3 to 1 for large text. Disabled controls are exempt there and here.
 *
 * @returns {string[]} one line for each, none if all is well
 */
export function contrastFailures() {
  const channels = (color) => color.match(/[\d.]+/g).map(Number);

  const luminance = (color) => {
    const [r, g, b] = channels(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (channels(backgroundColor)[3] !== 0) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };

  const hasOwnText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());

  const failures = [];
  for (const element of document.body.querySelectorAll('*')) {
    if (
      !hasOwnText(element) ||
      !element.checkVisibility() ||
      element.closest('.sr-only, :disabled')
    ) {
      continue;
    }
    const { color, fontSize, fontWeight } = getComputedStyle(element);
    const large = Number.parseFloat(fontSize) >= (Number(fontWeight) >= 700 ? 18.66 : 24);
    const [light, dark] = [luminance(color), luminance(behind(element))].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < (large ? 3 : 4.5)) {
      failures.push(`${contrast.toFixed(2)}: ${element.textContent.trim()} (${element.className})`);
    }
  }
  return failures;
}
