"use strict";
// Shows only the tests that match the search and the chosen outcomes. Without this script, everything is shown.
const form = document.getElementById("filter");
const found = document.getElementById("found");
const tree = document.querySelector(".tree");
const items = Array.from(document.querySelectorAll(".tree li, .finding[data-name]"), (element) => ({
  element,
  text: (element.dataset.name ?? element.closest("details[data-path]")?.dataset.path + " / " + element.children[1].textContent).toLowerCase(),
  outcome: element.classList[element.classList.contains("finding") ? 1 : 0],
}));
const wasOpen = new Map(Array.from(tree.querySelectorAll("details"), (folder) => [folder, folder.open]));

function filter() {
  const words = form.elements.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const outcomes = new Set(Array.from(form.querySelectorAll("input[type=checkbox]:checked"), (box) => box.value));
  const all = words.length === 0 && outcomes.size === 0;
  let tests = 0;
  for (const { element, text, outcome } of items) {
    const shown = (outcomes.size === 0 || outcomes.has(outcome)) && words.every((word) => text.includes(word));
    element.hidden = !shown;
    tests += shown && element.localName === "li" ? 1 : 0;
  }
  for (const folder of Array.from(wasOpen.keys()).reverse()) {
    folder.hidden = !all && folder.querySelector("li:not([hidden])") === null;
    folder.open = all ? wasOpen.get(folder) : tests <= 500;
  }
  found.value = all ? "" : tests === 1 ? "1 test" : tests.toLocaleString("en") + " tests";
}

form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
