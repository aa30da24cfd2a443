// Returns what of a page somebody could not see, reach or understand; the rules are WCAG 2.2's, level AA.
() => {
  const faults = [];
  const isShown = (element) => {
    const box = element.getBoundingClientRect();
    return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility === "visible";
  };
  const tell = (rule, element) => faults.push(`${rule}: ${element.outerHTML.slice(0, 160)}`);

  if (!document.documentElement.lang) faults.push("no language");
  if (!document.title.trim()) faults.push("no title");
  for (const [selector, count] of [["main", 1], ["h1", 1], ["header", 1], ["footer", 1]]) {
    if (document.querySelectorAll(selector).length !== count) faults.push(`not one ${selector}`);
  }
  let level = 1;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const own = Number(heading.tagName[1]);
    if (own > level + 1) tell("a level of headings is left out", heading);
    if (!heading.textContent.trim()) tell("an empty heading", heading);
    level = own;
  }

  const nameOf = (element) => {
    const labelled = (element.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
    const texts = labelled.map((id) => (document.getElementById(id) || {}).textContent || "");
    const labels = Array.from(element.labels || []).map((label) => label.textContent);
    const own = ["INPUT", "SELECT", "TEXTAREA"].includes(element.tagName) ? "" : element.textContent;
    return [element.getAttribute("aria-label") || "", ...texts, ...labels, own].join("").trim();
  };
  for (const element of document.querySelectorAll("a, button, input, select, textarea, nav, video")) {
    if (element.type !== "hidden" && isShown(element) && !nameOf(element)) tell("no name", element);
  }
  for (const image of document.querySelectorAll("img")) {
    if (!image.hasAttribute("alt")) tell("no text in place of an image", image);
    if (!image.complete || !image.naturalWidth) tell("an image that is not shown", image);
  }
  for (const drawing of document.querySelectorAll("svg")) {
    const isHidden = drawing.getAttribute("aria-hidden") === "true";
    if (!isHidden && !nameOf(drawing)) tell("no text for a drawing", drawing);
  }
  for (const target of document.querySelectorAll("button, nav a, .button, input, select")) {
    if (isShown(target) && target.getBoundingClientRect().height < 24) tell("too small", target);
  }

  const parse = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [red, green, blue] = colour.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const behind = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = parse(getComputedStyle(each).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  for (const element of document.body.querySelectorAll("*")) {
    const hasText = Array.from(element.childNodes).some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
    if (!hasText || !isShown(element) || element.closest("svg")) continue;
    const lights = [light(parse(getComputedStyle(element).color)), light(behind(element))];
    const contrast = (Math.max(...lights) + 0.05) / (Math.min(...lights) + 0.05);
    if (contrast < 4.5) tell(`contrast ${contrast.toFixed(2)}`, element);
  }

  const ids = Array.from(document.querySelectorAll("[id]")).map((element) => element.id);
  if (new Set(ids).size !== ids.length) faults.push("an id stands twice");
  const over = document.documentElement.scrollWidth - window.innerWidth;
  if (over > 0) faults.push(`the page is ${over} pixels too wide`);
  return faults;
}
