"use strict";
// DOT text drawn in the page by WebAssembly Graphviz. Labels come from a model: nothing of a drawing is ever executed
// (the page's policy forbids it too), and where Graphviz does not run, the text is shown instead.

const data = JSON.parse(document.getElementById("data").textContent);
const ready = new Promise((resolve, reject) => {
  // The smallest module there is: where it cannot be compiled, Graphviz would never answer.
  try { new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)); } catch (error) { reject(error); }
  if (globalThis.Graphviz) resolve();
  addEventListener("graphviz", resolve, { once: true });
  addEventListener("DOMContentLoaded", () => { if (!globalThis.Graphviz) reject(new Error("its module did not run")); });
}).then(() => globalThis.Graphviz.load());
ready.catch(() => {});

function make(tag, attributes = {}, ...inside) {
  const found = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
  found.append(...inside);
  return found;
}

function tidied(svg, prefix) {
  for (const link of svg.querySelectorAll("a")) link.replaceWith(...link.childNodes);
  for (const bad of svg.querySelectorAll("script, foreignObject, image, use")) bad.remove();
  for (const one of [svg, ...svg.querySelectorAll("*")]) {
    for (const { name } of [...one.attributes]) if (/^on|href$/i.test(name)) one.removeAttribute(name);
    if (one.id) one.id = `${prefix}-${one.id}`;
  }
  // Names of nodes are numbers, which tell nobody anything as tooltips.
  for (const group of svg.querySelectorAll("g.node, g.edge")) {
    const title = group.querySelector("title");
    if (title) { group.dataset.name = title.textContent; title.remove(); }
  }
  for (const title of svg.querySelectorAll("title")) title.remove();
  const { width, height } = svg.viewBox.baseVal;
  svg.setAttribute("width", Math.ceil(width * 4 / 3));
  svg.setAttribute("height", Math.ceil(height * 4 / 3));
  return svg;
}

async function draw(place, dot, label) {
  try {
    const graphviz = await ready;
    const found = new DOMParser().parseFromString(graphviz.layout(dot, "svg", "dot"), "image/svg+xml");
    if (found.querySelector("parsererror")) throw new Error("the drawing is not XML");
    const svg = tidied(document.importNode(found.documentElement, true), place.id);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    place.replaceChildren(svg);
    place.dataset.drawn = "1";
    return svg;
  } catch (error) {
    const why = make("p", { class: "note warn" }, `Graphviz does not run in this browser (${error.message}).`);
    const text = make("details", {}, make("summary", {}, "The drawing as DOT text"), make("pre", {}, dot));
    place.replaceChildren(why, text);
    place.dataset.drawn = "0";
    return null;
  }
}
