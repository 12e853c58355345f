// The reachable graph: groups of states that are expanded and collapsed. Its DOT text is put together from statements
// that the program wrote: those of everything that is visible, in their order. Lines have no words in it: whoever points
// at one, or at a group, reads them below.

const reachable = (() => {
  const place = document.getElementById("reachable");
  if (!place || !data.graph) return null;
  const { head, groups, edges } = data.graph;
  const expanded = new Set();
  const boxes = [...document.querySelectorAll("input[data-group]")];
  const every = document.getElementById("every-line"), told = document.getElementById("graph-told");
  const nodes = new Map(groups.flatMap((group) => [group, ...(group.members ?? [])]).map((one) => [one.id, one]));
  const collapsed = new Set(groups.map((group) => group.id));
  let turn = 0, drawing = null;
  // Where both ends are in every moment of the exchange that the player shows, and how many of these have been shown.
  let trail = [], shown = 0;
  const pair = (states) => states.slice().sort().join(" / ");
  const grouped = new Map(groups.filter((group) => group.ends.length).map((group) => [pair(group.ends), group]));

  // The steps of the exchange from one group to another, by the names that Graphviz gives lines.
  function path() {
    const found = new Map();
    trail.forEach((name, step) => {
      const [tail, end] = [grouped.get(trail[step - 1]), grouped.get(name)];
      if (!tail || !end || tail === end) return;
      const line = `${tail.id}->${end.id}`;
      found.set(line, [...(found.get(line) ?? []), step]);
    });
    return found;
  }

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
    const steps = path();
    for (const [tail, end, statement, , main] of edges) {
      const inner = !collapsed.has(tail) || !collapsed.has(end);
      const wanted = main || inner || every?.checked || steps.has(`${tail}->${end}`);
      if (wanted && visible.has(tail) && visible.has(end)) rows.push(statement);
    }
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
    element.setAttribute("aria-describedby", "graph-told");
    element.dataset.toggles = number;
    element.classList.add("toggle");
    element.addEventListener("click", () => toggle(number));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); toggle(number); }
    });
  }

  // ------------------------------------------------------------ size

  const zoom = document.getElementById("zoom");
  let fitting = true;

  function scaled() {
    if (!drawing) return;
    const middle = [
      (place.scrollLeft + place.clientWidth / 2) / place.scrollWidth, (place.scrollTop + place.clientHeight / 2) / place.scrollHeight,
    ];
    drawing.style.width = `${Math.floor(drawing.viewBox.baseVal.width * 4 / 3 * Number(zoom.value) / 100)}px`;
    place.scrollLeft = middle[0] * place.scrollWidth - place.clientWidth / 2;
    place.scrollTop = middle[1] * place.scrollHeight - place.clientHeight / 2;
    document.getElementById("zoomed").textContent = `${zoom.value} %`;
  }

  // All of it, in width and in height.
  function fitted() {
    fitting = true;
    if (!drawing) return;
    const { width, height } = drawing.viewBox.baseVal, look = getComputedStyle(place);
    const room = (...names) => names.reduce((sum, name) => sum - parseFloat(look[name]), 0);
    const wide = place.offsetWidth + room("paddingLeft", "paddingRight", "borderLeftWidth", "borderRightWidth");
    const high = parseFloat(look.maxHeight) + room("paddingTop", "paddingBottom", "borderTopWidth", "borderBottomWidth");
    zoom.value = Math.min(100, Math.floor(75 * Math.min(wide / width, high / height)));
    scaled();
  }

  function sized(factor) {
    fitting = false;
    zoom.value = Math.round(Number(zoom.value) * factor);
    scaled();
  }

  // ------------------------------------------------------------ words

  const called = (id) => nodes.get(id)?.name ?? id;
  const counted = (count, word) => `${count} ${word}${count === 1 ? "" : "s"}`;

  function lineSaid([tail, end, , said]) {
    const steps = path().get(`${tail}->${end}`);
    const marked = steps ? ` (step ${steps.join(", ")} of the exchange)` : "";
    return `${called(tail)} → ${called(end)}${marked}: ${said}`;
  }

  // What was told last stays, so that one can move there and read on.
  function of(wanted) {
    for (const line of drawing.querySelectorAll("g.edge")) line.classList.toggle("of", wanted(line.dataset.name));
  }

  function tellLine(edge) {
    told.replaceChildren(make("p", {}, lineSaid(edge)));
    of((name) => name === `${edge[0]}->${edge[1]}`);
  }

  function tellNode(id) {
    const one = nodes.get(id);
    const among = one.inside ? `, ${counted(one.inside, "transition")} among them` : "";
    const shownNow = (other) => drawing.querySelector(`g[data-name="${other}"]`);
    const rows = (place_, other) => edges.filter((edge) => edge[place_] === id && edge[other] !== id && shownNow(edge[other]))
      .map((edge) => make("li", {}, lineSaid(edge)));
    const [there, here] = [rows(0, 1), rows(1, 0)];
    told.replaceChildren(make("p", {}, make("strong", {}, one.name), `: ${counted(one.states, "state")}${among}.`));
    if (there.length) told.append(make("p", {}, "Leads to"), make("ul", {}, ...there));
    if (here.length) told.append(make("p", {}, "Comes from"), make("ul", {}, ...here));
    told.scrollTop = 0;
    of((name) => name.split("->").includes(id));
  }

  function listen() {
    for (const one of drawing.querySelectorAll("g.node")) {
      if (!nodes.has(one.dataset.name)) continue;
      for (const event of ["mouseenter", "focus"]) one.addEventListener(event, () => tellNode(one.dataset.name));
    }
    const named = new Map(edges.map((edge) => [`${edge[0]}->${edge[1]}`, edge]));
    for (const line of drawing.querySelectorAll("g.edge")) {
      const edge = named.get(line.dataset.name);
      line.addEventListener("mouseenter", () => tellLine(edge));
      // Thin lines are hard to meet with a mouse.
      const wider = line.querySelector("path").cloneNode();
      for (const [name, value] of Object.entries({ class: "near", stroke: "transparent", "stroke-width": 12, "stroke-dasharray": "none" })) {
        wider.setAttribute(name, value);
      }
      line.append(wider);
    }
  }

  // ------------------------------------------------------------ drawing

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
    listen();
    if (fitting) fitted(); else scaled();
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

  function badge(line, steps) {
    const shape = line.querySelector("path"), spot = shape.getPointAtLength(shape.getTotalLength() / 2);
    const svg = (tag, attributes, ...inside) => {
      const found = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) found.setAttribute(name, value);
      found.append(...inside);
      return found;
    };
    const words = steps.join(", "), wide = 10 + 8 * words.length;
    line.append(svg("g", { class: "step" },
      svg("rect", { x: spot.x - wide / 2, y: spot.y - 9, width: wide, height: 18, rx: 9 }),
      svg("text", { x: spot.x, y: spot.y + 5, "text-anchor": "middle" }, words)));
  }

  // The whole way of the exchange stands out; what has been shown of it by now, and where it is, most of all.
  function mark(moments, number) {
    if (moments) {
      const before = [...path().keys()].join();
      trail = moments.map(({ ends }) => pair([ends.A.state, ends.B.state]));
      shown = number;
      if (drawing && [...path().keys()].join() !== before) { redraw(); return; }
    }
    if (!drawing) return;
    for (const one of drawing.querySelectorAll(".way, .been, .at")) one.classList.remove("way", "been", "at");
    for (const one of drawing.querySelectorAll(".step")) one.remove();
    drawing.classList.toggle("traced", trail.length > 0);
    const been = trail.slice(0, shown + 1);
    groups.forEach((group, place_) => {
      const name = pair(group.ends);
      if (!trail.includes(name)) return;
      const marks = ["way", ...(been.includes(name) ? ["been"] : []), ...(name === been.at(-1) ? ["at"] : [])];
      for (const one of standing(place_)) one.classList.add(...marks);
    });
    const steps = path();
    for (const line of drawing.querySelectorAll("g.edge")) {
      const found = steps.get(line.dataset.name);
      if (!found) continue;
      line.classList.add("way", ...(found[0] <= shown ? ["been"] : []));
      badge(line, found);
    }
  }

  for (const box of boxes) box.addEventListener("change", () => toggle(Number(box.dataset.group)));
  document.getElementById("collapse-all").addEventListener("click", () => { expanded.clear(); redraw(); });
  every?.addEventListener("change", () => redraw());
  zoom.addEventListener("input", () => { fitting = false; scaled(); });
  const sizes = { larger: () => sized(1.25), smaller: () => sized(0.8), fit: fitted };
  for (const [name, act] of Object.entries(sizes)) document.getElementById(`graph-${name}`).addEventListener("click", act);
  const keys = { "+": sizes.larger, "=": sizes.larger, "-": sizes.smaller, 0: sizes.fit };
  place.addEventListener("keydown", (event) => {
    const act = event.ctrlKey || event.metaKey || event.altKey ? null : keys[event.key];
    if (act) { event.preventDefault(); act(); }
  });
  addEventListener("resize", () => { if (fitting) fitted(); });
  return { redraw, mark };
})();
