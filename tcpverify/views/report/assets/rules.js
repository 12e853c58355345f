// The filter of the rules, and the drawings that need no player.

(() => {
  const by = (id) => document.getElementById(id);
  const rows = [...document.querySelectorAll(".rules tbody tr")];

  function filter() {
    const wanted = by("words").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const fits = (!by("state").value || row.dataset.state === by("state").value)
        && (!by("changed").checked || row.dataset.changed === "1")
        && (!by("applied").checked || row.dataset.shown === "1")
        && wanted.every((word) => row.dataset.search.includes(word));
      row.hidden = !fits;
      shown += fits;
    }
    by("matches").textContent = `${shown} of ${rows.length} rules`;
  }

  for (const name of ["words", "state", "changed", "applied"]) by(name).addEventListener("input", filter);
  by("filter").addEventListener("submit", (event) => event.preventDefault());
  // Whoever follows a link to a rule wants to see it, whatever the filter says.
  addEventListener("hashchange", () => {
    const row = location.hash.startsWith("#rule-") && by(location.hash.slice(1));
    if (row && row.hidden) { by("filter").reset(); filter(); row.scrollIntoView(); }
  });
})();

(async () => {
  const { machine } = data;
  const whole = await draw(document.getElementById("whole-machine"), machine.dot, "State machine");
  const place = document.getElementById("small-machine");
  if (reachable && player) {
    player.watchers.push(reachable.mark);
    reachable.mark(data.exchanges[player.at.exchange].moments, player.at.step);
  }
  if (reachable) await reachable.redraw();
  if (!player || !place) return;
  if (whole) {
    const numbers = Object.fromEntries(machine.states.map((state, number) => [state, `s${number}`]));
    const named = (name) => [...whole.querySelectorAll("g.node")].filter((node) => node.dataset.name === name);
    player.drawings.push({ svg: whole, nodes: (state) => named(numbers[state]), arrows: () => [] });
  }
  const small = await draw(place, machine.small.dot, "State machine with the states of A and B");
  if (small) {
    const found = (id) => small.querySelector(`[id="${place.id}-${id}"]`);
    player.drawings.push({
      svg: small,
      nodes: (state) => [found(machine.small.nodes[state])].filter(Boolean),
      arrows: (rule) => (machine.small.arrows[rule] ?? []).map(found).filter(Boolean),
    });
  }
  player.show();
})();
