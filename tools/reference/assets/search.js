/* Searches the reference. Without this script the list of all pages leads everywhere too. */

const MOST = 12;
const place = document.getElementById("search");

for (const shown of document.querySelectorAll("[data-origin]")) {
  shown.textContent = location.origin;
}

const [input, list] = place.children;

let index = null;
let chosen = -1;

input.addEventListener("focus", () => void load());
input.addEventListener("input", show);
input.addEventListener("keydown", (event) => {
  const options = [...list.children];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined && options.length > 0) {
    event.preventDefault();
    choose((chosen + step + options.length) % options.length);
  } else if (event.key === "Enter") {
    const option = options[Math.max(chosen, 0)];
    if (option !== undefined) go(option.dataset.url);
  } else if (event.key === "Escape") {
    close();
  }
});
place.addEventListener("focusout", ({ relatedTarget }) => {
  if (!place.contains(relatedTarget)) close();
});
document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest("input, textarea, select") !== null;
  const isAsked = event.key === "/" || (event.key === "k" && (event.metaKey || event.ctrlKey));
  if (!isAsked || (isTyping && event.key === "/")) return;
  event.preventDefault();
  input.focus();
});

async function load() {
  if (index !== null) return;
  const answer = await fetch("/docs/search.json");
  index = await answer.json();
  show();
}

function show() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  if (index === null || words.length === 0) return close();
  const found = index
    .map((entry) => ({ entry, rank: rankOf(entry, words) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .slice(0, MOST);
  list.replaceChildren(...found.map(({ entry }, position) => optionOf(entry, position)));
  if (found.length === 0) list.append(nothing());
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  choose(found.length > 0 ? 0 : -1);
}

/** Counts what in an entry begins with a word, in its title most; 0 if a word is nowhere. */
function rankOf({ title, detail, words }, asked) {
  let rank = 0;
  for (const word of asked) {
    if (title.toLowerCase().includes(word)) rank += 4;
    else if (detail.toLowerCase().includes(word)) rank += 2;
    else if (words.toLowerCase().includes(word)) rank += 1;
    else return 0;
  }
  return rank;
}

function optionOf({ title, detail, url }, position) {
  const option = document.createElement("li");
  option.id = `found-${position}`;
  option.role = "option";
  option.dataset.url = url;
  const code = document.createElement("code");
  code.textContent = detail;
  option.append(title, code);
  option.addEventListener("pointerdown", (event) => event.preventDefault());
  option.addEventListener("click", () => go(url));
  return option;
}

function nothing() {
  const option = document.createElement("li");
  option.textContent = "Nothing has these words. All pages are listed beside the text.";
  return option;
}

function choose(position) {
  chosen = position;
  for (const [at, option] of [...list.children].entries()) {
    option.ariaSelected = String(at === position);
    if (at === position) option.scrollIntoView({ block: "nearest" });
  }
  if (position < 0) input.removeAttribute("aria-activedescendant");
  else input.setAttribute("aria-activedescendant", `found-${position}`);
}

function go(url) {
  close();
  location.href = url;
}

function close() {
  list.hidden = true;
  chosen = -1;
  input.setAttribute("aria-expanded", "false");
  input.removeAttribute("aria-activedescendant");
}
