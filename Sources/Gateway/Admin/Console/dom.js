// Building the page. Texts become text nodes and never HTML, whatever they hold: clients choose paths and scopes.

/** The element with an id. */
export const byID = (id) => document.getElementById(id);

/** An element with attributes and children; texts among them are text. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

/** The same in SVG. */
export function shape(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== false));
  return node;
}

/** Changes a text only when it is another one, which spares layout and screen readers. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/** A coloured box with a text that matters: good, warn, bad or plain. */
export function notice(tone, ...children) {
  return element("div", { class: `notice ${tone}` }, ...children);
}

/** Says something to those who don't see the page. */
export function announce(text) {
  byID("announcer").textContent = text;
}

/** Calls a function once per frame, however often it is asked to; not at all while the page is hidden. */
export function eachFrame(draw) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  };
}
