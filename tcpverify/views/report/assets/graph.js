// The reachable graph: groups of states that are expanded and collapsed. Its DOT text is put together from statements
// that the program wrote: those of everything that is visible, in their order.

const reachable = (() => {
  const place = document.getElementById("reachable");
  if (!place || !data.graph) return null;
  const { head, groups, edges } = data.graph;
  const expanded = new Set();
  const boxes = [...document.querySelectorAll("input[data-group]")];
  let turn = 0, drawing = null;

  function dot(framed) {
    const visible = new Set(), rows = [];
    groups.forEach((group, number) => {
      if (!expanded.has(number)) {
        visible.add(group.id);
        rows.push(group.dot);
        return;
      }
      for (const member of group.members) visible.add(member.id);
      if (framed) rows.push(`subgraph cluster_${number} {`, group.frame, ...group.members.map((m) => m.dot), "}");
      else rows.push(...group.members.map((m) => m.alone));
    });
    for (const [tail, end, statement] of edges) if (visible.has(tail) && visible.has(end)) rows.push(statement);
    return `${head}${rows.join("\n")}\n}\n`;
  }

  // What stands for a group in the drawing: its node, the frame around its members, or these without a frame.
  function standing(number) {
    const named = (name) => drawing.querySelector(`g[data-name="${name}"]`);
    const { id, members } = groups[number];
    const one = named(expanded.has(number) ? `cluster_${number}` : id);
    return one ? [one] : members.map((member) => named(member.id)).filter(Boolean);
  }

  function button(element, number) {
    const open = expanded.has(number);
    element.setAttribute("role", "button");
    element.setAttribute("tabindex", "0");
    element.setAttribute("aria-expanded", String(open));
    element.setAttribute("aria-label", `${groups[number].name}, ${groups[number].states} states`);
    element.dataset.toggles = number;
    element.classList.add("toggle");
    element.addEventListener("click", () => toggle(number));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); toggle(number); }
    });
  }

  const zoom = document.getElementById("zoom");

  function scaled() {
    if (drawing) drawing.style.width = `${Math.round(drawing.viewBox.baseVal.width * 4 / 3 * Number(zoom.value) / 100)}px`;
  }

  function fitted() {
    const wide = drawing.viewBox.baseVal.width * 4 / 3, room = place.clientWidth - 20;
    zoom.value = Math.max(45, Math.min(100, Math.floor(100 * room / wide)));
  }

  async function redraw(focus = -1) {
    const mine = ++turn;
    place.setAttribute("aria-busy", "true");
    drawing = await draw(place, expanded.size ? [dot(true), dot(false)] : [dot(true)], "Reachable graph");
    place.removeAttribute("aria-busy");
    if (mine !== turn || !drawing) return;
    // A picture has no buttons in it, a group has.
    drawing.setAttribute("role", "group");
    groups.forEach((group, number) => { if (group.members) standing(number).forEach((one) => button(one, number)); });
    boxes.forEach((box) => { box.checked = expanded.has(Number(box.dataset.group)); });
    if (mine === 1) fitted();
    scaled();
    mark();
    const found = drawing.querySelector(`[data-toggles="${focus}"]`);
    if (!found) return;
    found.focus({ preventScroll: true });
    const box = found.getBoundingClientRect(), frame = place.getBoundingClientRect();
    place.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
    place.scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
  }

  function toggle(number) {
    if (!groups[number].members) return;
    const open = !expanded.has(number);
    if (open) expanded.add(number); else expanded.delete(number);
    document.getElementById("graph-said").textContent = `${groups[number].name} ${open ? "expanded" : "collapsed"}`;
    redraw(number);
  }

  // Where both ends are in the step that the player shows, and where they have been on the way to it.
  let trail = [];
  const pair = (states) => states.slice().sort().join(" / ");

  function mark(moments) {
    if (moments) trail = moments.map(({ ends }) => pair([ends.A.state, ends.B.state]));
    if (!drawing) return;
    for (const one of drawing.querySelectorAll(".at, .been")) one.classList.remove("at", "been");
    groups.forEach((group, number) => {
      const name = pair(group.ends);
      if (!trail.includes(name)) return;
      for (const one of standing(number)) one.classList.add("been", ...(name === trail.at(-1) ? ["at"] : []));
    });
  }

  for (const box of boxes) box.addEventListener("change", () => toggle(Number(box.dataset.group)));
  document.getElementById("collapse-all").addEventListener("click", () => { expanded.clear(); redraw(); });
  zoom.addEventListener("input", scaled);
  return { redraw, mark };
})();
