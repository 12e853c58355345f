"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const KINDS = {
    time: "Not at this time", guard: "A condition of the table fails", scope: "Not in this scope",
    state: "Without effect or without meaning in this state",
  };
  const known = new Map();   // answers by address
  let shown = null;          // the answer on the page
  let furthest = [];         // the words of the run from which the reader came back
  let turn = 0;

  function node(tag, said = "", name = "") {
    const made = document.createElement(tag);
    made.textContent = said;
    if (name) made.className = name;
    return made;
  }

  function tell(said, quiet = false) {
    at("status").textContent = said;
    at("status").classList.toggle("quiet", quiet);
  }

  // ---------------------------------------------------------- answers

  async function unpack() {
    const bytes = Uint8Array.from(atob(data.positions), (c) => c.charCodeAt(0));
    const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    const columns = JSON.parse(await new Response(plain).text());
    columns.position.forEach((position, i) => {
      known.set(position.address, { position, ...Object.fromEntries(Object.entries(columns).filter(([n]) => n !== "position").map(([n, rows]) => [n, rows[i]])) });
    });
  }

  async function ask(what, asked) {
    const response = await fetch(what + "?" + new URLSearchParams(asked));
    return response.json();
  }

  async function position(address) {
    if (!known.has(address)) {
      if (data.positions) {
        return { error: `This file does not have the position ${address}. ` + further(address) };
      }
      const found = await ask("position", { at: address });
      if (found.error) return found;
      if (known.size > 500) known.clear();
      known.set(address, found);
    }
    return known.get(address);
  }

  // What does not look like an address is not put into a command that somebody may paste into a shell.
  const further = (address) => (/^[\w.,/-]*$/.test(address) ? `This command goes on: ${data.command} --at ${address}` : "");

  // ---------------------------------------------------------- going somewhere

  const fragment = () => {
    try { return decodeURIComponent(location.hash.slice(1)); } catch { return location.hash.slice(1); }
  };
  const words = (address) => (address ? address.split("/") : []);

  function go(address) {
    if (address === fragment()) show(); else location.hash = address;
  }

  async function show() {
    const mine = ++turn;
    const address = fragment();
    tell("…", true);
    let found;
    try { found = await position(address); } catch { found = { error: "No answer: the program that shows this page has ended." }; }
    if (mine !== turn) return;
    if (found.error) { tell(found.error); return; }
    tell("");
    draw(found);
  }

  function draw(found) {
    shown = found;
    const here = found.position, steps = words(here.address);
    if (steps.some((word, i) => furthest[i] !== word)) furthest = steps;
    at("where").textContent = steps.length
      ? `After ${steps.length} ${steps.length === 1 ? "step" : "steps"}, at time ${found.time}` : "The start";
    document.title = `${here.address || "start"} · ${data.title}`;
    at("address").value = here.address;
    at("back").disabled = at("start").disabled = !steps.length;
    at("forward").disabled = furthest.length <= steps.length;
    at("found").textContent = "";
    at("left").textContent = found.left;
    ladder(found.ladder, steps.length);
    ends(here);
    at("flight").replaceChildren(...here.in_flight.map((f) => node("li", f.says)));
    choices(here);
    properties(here, steps.length);
    blocked(here);
    document.body.dataset.address = here.address;
  }

  function ladder(text, steps) {
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
    const picture = document.importNode(parsed, true);
    at("ladder").replaceChildren(picture);
    const last = picture.querySelector(`rect.ground[data-step="${steps}"]`);
    if (last && steps) {
      last.classList.add("now");
      const box = last.getBoundingClientRect(), frame = at("ladder").getBoundingClientRect();
      at("ladder").scrollTop += box.bottom - frame.bottom + 60;
    }
  }

  function ends(here) {
    at("ends").replaceChildren(...["A", "B"].map((name) => {
      const end = here.ends[name], box = node("div", "", `end ${name.toLowerCase()}`);
      const number = end.state === "CLOSED" ? "" : `, incarnation ${end.incarnation}`;
      box.append(node("strong", `${name}: ${end.state}${number}`));
      box.append(node("span", Object.entries(end.variables).map(([n, v]) => `${n} ${v}`).join(", "), "tcb"));
      const timers = node("ul");
      timers.append(...end.timers.map((t) => node("li", t.says)));
      box.append(timers);
      return box;
    }));
  }

  function parts(fails) {
    const list = node("ul");
    list.append(...fails.map((p) => node("li", p.says)));
    return list;
  }

  function choices(here) {
    at("next").textContent = here.choices.length ? "What can happen next" : "Nothing can happen next";
    at("choices").replaceChildren(...here.choices.map((choice, i) => {
      const item = node("li"), button = node("button", "", "choice");
      button.type = "button";
      button.dataset.word = choice.word;
      const broken = Object.entries(choice.broken);
      button.classList.toggle("breaks", broken.length > 0);
      button.append(node("span", choice.word, "word"), node("span", i < 9 ? String(i + 1) : "", "key"),
        node("span", choice.says, "what"), node("span", ` ${choice.when.says}`, "when"),
        node("span", choice.effect, "does"));
      choice.decides.forEach((said) => button.append(node("span", `if ${said}`, "does clause")));
      broken.forEach(([name, why]) => button.append(node("span", `breaks ${name}: ${why}`, "does broken")));
      if (choice.when.moves) button.append(node("span", "* only if earlier steps happen at other times", "does clause"));
      if (data.positions && !known.has(choice.address)) {
        button.disabled = true;
        button.append(node("span", "not in this file", "does clause"));
      }
      button.addEventListener("click", () => go(choice.address));
      const why = node("details", "", "why");
      why.append(node("summary", `${choice.rule} (${choice.clause}): ${choice.text}`));
      why.addEventListener("toggle", () => {
        if (why.childElementCount > 1) return;
        const list = node("ul");
        choice.others.forEach((o) => {
          const line = node("li", `${o.rule} (${o.clause}) does not apply:`);
          line.append(parts(o.fails));
          list.append(line);
        });
        why.append(choice.others.length ? list : node("p", "It is the only rule for this event in this state."));
      });
      item.append(button, why);
      return item;
    }));
    at("beyond").textContent = at("choices").querySelector(":disabled") ? further(here.address) : "";
  }

  function properties(here, steps) {
    const meaning = new Map(data.properties);
    at("properties").replaceChildren(...here.properties.map((p) => {
      const row = node("li"), name = node("span", p.property, "name");
      const state = node("span", p.state, "state small"), where = node("span");
      if (p.state === "broken") {
        state.textContent = `broken by step ${p.step}: ${p.why}`;
        state.className = "state broken";
      } else if (p.state === "holds so far") state.className = "state holds";
      name.title = meaning.get(p.property) || "";
      const origins = data.positions ? [["", "shortest violation"]] : steps ? [[here.address, "from here"], ["", "from the start"]] : [["", "find a violation"]];
      origins.forEach(([origin, text]) => {
        if ((origin || data.positions) && p.state === "not decided by single steps") return;
        const button = node("button", text);
        button.type = "button";
        button.dataset.jump = p.property;
        button.dataset.origin = origin;
        button.addEventListener("click", () => jump(p.property, origin));
        where.append(button, " ");
      });
      row.append(name, state, where);
      return row;
    }));
  }

  async function jump(property, origin) {
    at("found").textContent = `Looking for the shortest run that breaks ${property} …`;
    let found;
    if (data.positions) {
      found = data.jumps.find((j) => j.property === property) ||
        { says: `${property} was not looked for. ` + further("") + ` --jump ${property}` };
    } else {
      const before = [...document.querySelectorAll("[data-jump]")];
      before.forEach((b) => { b.disabled = true; });
      try { found = await ask("jump", { at: origin, property }); } catch { found = { error: "No answer: the program that shows this page has ended." }; }
      before.forEach((b) => { b.disabled = false; });
    }
    if (found.error || found.address === null || found.address === undefined) {
      at("found").textContent = found.error || found.says;
      return;
    }
    go(found.address);
    await settled(found.address);
    at("found").textContent = found.says;
  }

  // Until the page shows that address, or something else is asked of it.
  async function settled(address) {
    for (let i = 0; i < 200 && !(shown && shown.position.address === address); i++) {
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  function blocked(here) {
    const open = new Set([...at("blocked").querySelectorAll("details[open]")].map((d) => d.dataset.kind));
    at("blocked").replaceChildren(...Object.entries(KINDS).map(([kind, head]) => {
      const items = here.blocked.filter((b) => b.kind === kind);
      const group = node("details");
      group.dataset.kind = kind;
      group.hidden = !items.length;
      group.open = open.has(kind) || kind === "time" || kind === "guard";
      group.append(node("summary", `${head} (${items.length})`));
      const list = node("ul");
      items.forEach((b) => {
        const option = b.option ? ` (${b.option} allows it)` : "";
        const item = node("li", `${b.what}: ${b.why}${option}`);
        item.dataset.word = b.word;
        const cited = [b.rule, b.clause].filter(Boolean).join(" ");
        if (cited) item.append(" ", node("span", cited, "clause"));
        if (b.fails.length) item.append(parts(b.fails));
        list.append(item);
      });
      group.append(list);
      return group;
    }));
  }

  // ---------------------------------------------------------- what the reader does

  const back = () => { if (shown) go(words(shown.position.address).slice(0, -1).join("/")); };
  const forward = () => {
    const steps = shown ? words(shown.position.address).length : 0;
    if (furthest.length > steps) go(furthest.slice(0, steps + 1).join("/"));
  };
  const buttons = () => [...at("choices").querySelectorAll("button.choice:not(:disabled)")];

  function move(by) {
    const all = buttons();
    if (!all.length) return;
    const place = all.indexOf(document.activeElement);
    all[place < 0 ? (by > 0 ? 0 : all.length - 1) : (place + by + all.length) % all.length].focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, #ladder")) return;
    const choice = /^[1-9]$/.test(event.key) && at("choices").querySelectorAll("button.choice")[event.key - 1];
    if (choice) choice.click();
    else if (event.key === "Backspace" || event.key === "ArrowLeft") back();
    else if (event.key === "ArrowRight") forward();
    else if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Home") go("");
    else return;
    event.preventDefault();
  });

  function save() {
    const link = node("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify(shown.position.trace, null, 1) + "\n"], { type: "application/json" }));
    link.download = "run.json";
    link.click();
    URL.revokeObjectURL(link.href);
  }

  at("start").addEventListener("click", () => go(""));
  at("back").addEventListener("click", back);
  at("forward").addEventListener("click", forward);
  at("go").addEventListener("submit", (event) => { event.preventDefault(); go(at("address").value.trim()); });
  at("skip").addEventListener("click", (event) => { event.preventDefault(); move(1); });
  at("save").hidden = Boolean(data.positions);
  at("save").addEventListener("click", save);
  addEventListener("hashchange", show);
  (data.positions ? unpack() : Promise.resolve()).then(show);
})();
