const $ = id => document.getElementById(id);
const element = (tag, text = "", className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
const post = path => fetch(path, { method: "POST" }).catch(() => {});

// Buttons: the program's tables of views and keys.
function button({ name, label, help }, path) {
  const made = element("button", label);
  made.title = help;
  made.dataset.name = name;
  made.onclick = () => post(path);
  return made;
}

async function build() {
  const ui = await (await fetch("ui.json")).json();
  $("views").replaceChildren(...ui.views.map((view, i) => button(view, `view/${i + 1}`)));
  $("commands").prepend(...ui.commands.map(command => button(command, `do/${command.name}`)));
}

const command = name => document.querySelector(`#commands [data-name=${name}]`);

// The image: a click shows a class alone; a still is the frame of the moment.
$("image").onclick = e => {
  const box = e.target.getBoundingClientRect();
  const x = (e.clientX - box.left) / box.width, y = (e.clientY - box.top) / box.height;
  post(`pick/${x.toFixed(4)}/${y.toFixed(4)}`);
};
$("shot").onclick = async () => {
  const image = await (await fetch("frame.jpg")).blob(), link = document.createElement("a");
  link.href = URL.createObjectURL(image);
  link.download = `realtimeseg-${new Date().toISOString().replace(/[:.]/g, "-")}.jpg`;
  link.click();
  URL.revokeObjectURL(link.href);
};

// Figures, twice per second.
const list = (id, pairs) => $(id).replaceChildren(...pairs.flatMap(([k, v]) => [element("dt", k), element("dd", v)]));

function share([name, percent], color) {
  const row = element("div", "", "share"), track = element("div"), bar = element("i");
  bar.style.width = `${Math.max(1, percent)}%`;
  bar.style.background = color;
  track.append(bar);
  row.append(element("span", name), track, element("b", `${percent} %`));
  return row;
}

function show(s) {
  list("now", [
    ["frames/s", s.fps.toFixed(1)],
    ["capture to present", `${s.latencyP50.toFixed(0)} / ${s.latencyP99.toFixed(0)} ms`],
    ["mask age", `${s.maskAge.toFixed(0)} ms`],
    ["frames", s.frames],
    ["dropped", s.dropped],
    ["network", s.network],
  ]);
  list("stages", Object.entries(s.stages).map(([k, v]) => [k, v.toFixed(1)]));
  const visible = Object.entries(s.shares).filter(e => e[1] > 0).sort((a, b) => b[1] - a[1]);
  $("shares").replaceChildren(...visible.map(e => share(e, s.colors[e[0]])));
  document.querySelectorAll("#views button").forEach(b => b.setAttribute("aria-pressed", b.dataset.name === s.view));
  command("pause")?.setAttribute("aria-pressed", s.paused);
  if (command("solo")) command("solo").textContent = s.solo ? `only ${s.solo}` : "one class";
  $("trouble").textContent = s.trouble ?? "";
}

// With a token: asked for once, or taken from a link that ends in #TOKEN; the program then knows this browser by a cookie.
async function signIn(token) {
  const answer = await fetch("sign-in", { method: "POST", headers: { Authorization: `Bearer ${token}` } }).catch(() => null);
  const wrong = answer?.status === 429 ? "too many tries: wait a moment" : "that is not the token";
  $("refused").textContent = answer?.ok ? "" : answer ? wrong : "the program does not respond";
  if (answer?.ok) $("token").value = "";
}

function ask(isAsking) {
  $("sign-in").hidden = !isAsking;
  document.querySelector("main").hidden = isAsking;
}

$("sign-in").onsubmit = async e => {
  e.preventDefault();
  await signIn($("token").value);
  refresh();
};

let built = false, lost = false, timer;
async function refresh() {
  clearTimeout(timer);
  try {
    const answer = await fetch("stats.json");
    ask(answer.status === 401);
    if (answer.status === 401) return;
    if (!built) await build();
    if (!built || lost) $("image").src = `stream.mjpg?${Date.now()}`;
    [built, lost] = [true, false];
    if (answer.ok) show(await answer.json());
  } catch {
    lost = true;
    $("trouble").textContent = "the program does not respond";
  }
  timer = setTimeout(refresh, 500);
}

async function start() {
  const token = decodeURIComponent(location.hash.slice(1));
  if (token) {
    history.replaceState(null, "", location.pathname);
    await signIn(token);
  }
  refresh();
}

start().catch(refresh);
