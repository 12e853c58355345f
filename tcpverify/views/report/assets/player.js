// The player: one position in one exchange, shown in the ladder, in the state machine, in the variables and the table.

const player = (() => {
  const slider = document.getElementById("slider");
  if (!slider) return null;
  const at = { exchange: 0, step: 0 };
  const by = (id) => document.getElementById(id);
  const articles = [...document.querySelectorAll(".exchange")];
  const drawings = [], watchers = [];
  // The title of a picture would follow the mouse all over it; its region has the name already.
  for (const title of document.querySelectorAll(".ladder svg > title")) title.remove();
  let timer = 0;

  const exchange = () => data.exchanges[at.exchange];
  const moment = () => exchange().moments[at.step];
  const last = () => exchange().moments.length - 1;

  function ladder() {
    const article = articles[at.exchange];
    const box = article.querySelector(".ladder");
    const svg = box.querySelector("svg");
    for (const one of svg.querySelectorAll(".now")) one.classList.remove("now");
    for (const one of svg.querySelectorAll(`[data-step="${at.step}"], [data-arrives="${at.step}"]`)) one.classList.add("now");
    const grounds = [...svg.querySelectorAll("rect.ground")];
    const ground = grounds.filter((g) => Number(g.dataset.step) <= at.step).pop();
    let curtain = svg.querySelector(".curtain");
    if (!curtain) {
      curtain = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      curtain.setAttribute("class", "curtain");
      grounds[0].parentNode.append(curtain);
    }
    const box_ = (g) => ["x", "y", "width", "height"].map((n) => Number(g.getAttribute(n)));
    const end = Math.max(...grounds.map((g) => box_(g)[1] + box_(g)[3]));
    const [x, y, width, height] = box_(ground);
    for (const [name, value] of Object.entries({ x, y: y + height, width, height: Math.max(0, end - y - height) })) {
      curtain.setAttribute(name, value);
    }
    const place = ground.getBoundingClientRect(), frame = box.getBoundingClientRect();
    if (place.top < frame.top || place.bottom > frame.bottom) {
      box.scrollTop += place.top - frame.top - frame.height / 3;
    }
    for (const row of article.querySelectorAll("tr[data-row]")) {
      const now = Number(row.dataset.row) === at.step;
      row.classList.toggle("now", now);
      if (now) row.setAttribute("aria-current", "step"); else row.removeAttribute("aria-current");
    }
  }

  function words() {
    const m = moment();
    const said = [make("p", { class: "what" }, `${m.end ? `${m.end}: ` : ""}${m.what}`)];
    if (m.rule) {
      const rule = m.place ? make("a", { href: `#${m.place}` }, m.rule) : m.rule;
      said.push(make("p", { class: "small" }, rule, ` (${m.clause}): ${m.text}`));
    }
    for (const [name, why] of Object.entries(m.broken)) said.push(make("p", { class: "broken" }, `breaks ${name}: ${why}`));
    by("now").replaceChildren(...said);
    by("count").textContent = `step ${at.step} of ${last()}, t = ${m.time}`;
    by("short").textContent = `${m.end ? `${m.end}: ` : ""}${m.what}`;
    slider.setAttribute("aria-valuetext", `step ${at.step} of ${last()}, at ${m.time}`);
  }

  function variables() {
    const m = moment(), before = exchange().moments[Math.max(0, at.step - 1)];
    const names = new Set(exchange().moments.flatMap((one) => ["A", "B"].flatMap((end) => Object.keys(one.ends[end].values))));
    const timers = new Set(exchange().moments.flatMap((one) => ["A", "B"].flatMap((end) => one.ends[end].timers.map((t) => t.name))));
    const rows = [["state", (end) => end.state], ["incarnation", (end) => (end.incarnation ? String(end.incarnation) : "—")]];
    for (const name of names) rows.push([name, (end) => end.values[name] ?? "—"]);
    for (const name of timers) {
      rows.push([`${name} timer`, (end) => {
        const timer_ = end.timers.find((t) => t.name === name);
        return timer_ ? `since ${timer_.since}, ${timer_.until}` : "—";
      }]);
    }
    by("variables").replaceChildren(...rows.map(([name, read]) => make("tr", { "data-variable": name },
      make("th", { scope: "row" }, name),
      ...["A", "B"].map((end) => {
        const now = read(m.ends[end]), changed = now !== read(before.ends[end]);
        return make("td", { "data-end": end, ...(changed ? { class: "changed" } : {}) }, now);
      }))));
    const flight = m.flight.map((s) => make("li", { "data-segment": s.segment },
      `${s.label}, from ${s.sender}, sent at ${s.sent}, arrives before ${s.before}`));
    by("flight").replaceChildren(...(flight.length ? flight : [make("li", {}, "nothing")]));
  }

  function badge(node, end) {
    const box = node.querySelector("path, polygon").getBBox();
    const mark = document.createElementNS("http://www.w3.org/2000/svg", "g");
    mark.setAttribute("class", `badge badge-${end.toLowerCase()}`);
    const circle = document.createElementNS("http://www.w3.org/2000/svg", "circle");
    const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
    const x = end === "A" ? box.x : box.x + box.width;
    for (const [name, value] of Object.entries({ cx: x, cy: box.y, r: 8 })) circle.setAttribute(name, value);
    for (const [name, value] of Object.entries({ x, y: box.y + 4, "text-anchor": "middle" })) text.setAttribute(name, value);
    text.textContent = end;
    mark.append(circle, text);
    node.append(mark);
  }

  function machines() {
    const m = moment();
    for (const { svg, nodes, arrows } of drawings) {
      for (const one of svg.querySelectorAll(".badge")) one.remove();
      for (const one of svg.querySelectorAll(".at, .at-a, .at-b, .taken")) one.classList.remove("at", "at-a", "at-b", "taken");
      for (const end of ["A", "B"]) {
        for (const node of nodes(m.ends[end].state)) {
          node.classList.add("at", `at-${end.toLowerCase()}`);
          badge(node, end);
        }
      }
      for (const arrow of arrows(m.rule)) arrow.classList.add("taken");
    }
  }

  function show() {
    slider.max = last();
    slider.value = at.step;
    articles.forEach((article, number) => { article.hidden = number !== at.exchange; });
    by("pick").value = at.exchange;
    ladder(); words(); variables(); machines();
    for (const watch of watchers) watch(exchange().moments, at.step);
    by("back").disabled = by("first").disabled = at.step === 0;
    by("next").disabled = by("last").disabled = at.step === last();
  }

  function go(step, exchange_ = at.exchange) {
    at.exchange = Math.min(Math.max(0, exchange_), data.exchanges.length - 1);
    at.step = Math.min(Math.max(0, step), last());
    show();
    try { history.replaceState(null, "", `#at=${at.exchange + 1}.${at.step}`); } catch { /* not every place has addresses */ }
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    by("play").textContent = "Play";
  }

  function play() {
    if (timer) return stop();
    by("play").textContent = "Pause";
    if (at.step === last()) go(0);
    timer = setInterval(() => { if (at.step < last()) go(at.step + 1); if (at.step === last()) stop(); }, 1200);
  }

  function address() {
    const found = /^#at=(\d+)\.(\d+)$/.exec(location.hash);
    if (found) { at.exchange = Math.min(Math.max(0, Number(found[1]) - 1), data.exchanges.length - 1); }
    at.step = found ? Math.min(Number(found[2]), last()) : last();
    return Boolean(found);
  }

  slider.addEventListener("input", () => { stop(); go(Number(slider.value)); });
  by("first").addEventListener("click", () => { stop(); go(0); });
  by("back").addEventListener("click", () => { stop(); go(at.step - 1); });
  by("next").addEventListener("click", () => { stop(); go(at.step + 1); });
  by("last").addEventListener("click", () => { stop(); go(last()); });
  by("play").addEventListener("click", play);
  by("pick").addEventListener("change", () => { stop(); const n = Number(by("pick").value); at.exchange = n; go(last(), n); });
  for (const button of document.querySelectorAll("[data-go]")) {
    button.addEventListener("click", () => { stop(); go(Number(button.dataset.go)); slider.scrollIntoView({ block: "nearest" }); });
  }
  for (const link of document.querySelectorAll("a.download")) {
    const text = JSON.stringify(data.exchanges[Number(link.dataset.exchange)].trace, null, 1) + "\n";
    link.href = `data:application/json;charset=utf-8,${encodeURIComponent(text)}`;
  }
  addEventListener("hashchange", () => { if (/^#at=/.test(location.hash)) { address(); show(); } });
  address();
  show();
  return { show, drawings, watchers, at };
})();
