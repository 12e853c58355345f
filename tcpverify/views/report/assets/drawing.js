"use strict";
// DOT text drawn in the page by WebAssembly Graphviz. Labels come from a model: nothing of a drawing is ever executed
// (the page's policy forbids it too), and where Graphviz does not run, the text is shown instead.

document.body.classList.add("scripts");
const data = JSON.parse(document.getElementById("data").textContent);
// What Graphviz complains about: it keeps the console's function that it finds when it is loaded.
const complaints = [];
const ready = new Promise((resolve, reject) => {
  // The smallest module there is: where it cannot be compiled, Graphviz would never answer.
  try { new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)); } catch (error) { reject(error); }
  if (globalThis.Graphviz) resolve();
  addEventListener("graphviz", resolve, { once: true });
  addEventListener("DOMContentLoaded", () => { if (!globalThis.Graphviz) reject(new Error("its module did not run")); });
}).then(async () => {
  const spoken = console.error;
  console.error = (...words) => { complaints.push(words.join(" ")); };
  try { return await globalThis.Graphviz.load(); } finally { console.error = spoken; }
});
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
  for (const group of svg.querySelectorAll("g.node, g.edge, g.cluster")) {
    const title = group.querySelector("title");
    if (title) { group.dataset.name = title.textContent; title.remove(); }
  }
  for (const title of svg.querySelectorAll("title")) title.remove();
  for (const text of svg.querySelectorAll("text")) text.setAttribute("font-family", "Arial, Helvetica, sans-serif");
  const { width, height } = svg.viewBox.baseVal;
  svg.setAttribute("width", Math.ceil(width * 4 / 3));
  svg.setAttribute("height", Math.ceil(height * 4 / 3));
  return svg;
}

// Frames, and arrows that do not count for the rows, can drive Graphviz into a corner where some lines have no place:
// then all arrows count, and at last there are no curves and no frames. It knows the widths of Arial's letters, not
// those of the list of fonts that the text names.
function layout(graphviz, texts) {
  const tried = texts.map((text) => text.replaceAll('fontname="Arial,Helvetica,sans-serif"', "fontname=Arial"))
    .flatMap((text) => [text, text.replaceAll(" constraint=false", "")]);
  tried.push(tried.at(-1).replace("{", "{ graph [splines=line]"));
  let found = null;
  for (const text of tried) {
    complaints.length = 0;
    const svg = graphviz.layout(text, "svg", "dot");
    if (/[ "M,]-?nan\b/.test(svg)) continue;
    if (!complaints.length) return svg;
    found ??= svg;
  }
  if (found === null) throw new Error(complaints[0] ?? "it found no place for some lines");
  return found;
}

// Draws a text, or the first of several that can be drawn.
async function draw(place, text, label) {
  const texts = [text].flat();
  try {
    const graphviz = await ready;
    const found = new DOMParser().parseFromString(layout(graphviz, texts), "image/svg+xml");
    if (found.querySelector("parsererror")) throw new Error("the drawing is not XML");
    const svg = tidied(document.importNode(found.documentElement, true), place.id);
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
    place.replaceChildren(svg);
    place.dataset.drawn = "1";
    return svg;
  } catch (error) {
    const why = make("p", { class: "note warn" }, `Graphviz could not draw this in your browser: ${error.message}.`);
    const plain = make("details", {}, make("summary", {}, "The drawing as DOT text"), make("pre", {}, texts[0]));
    place.replaceChildren(why, plain);
    place.dataset.drawn = "0";
    return null;
  }
}
