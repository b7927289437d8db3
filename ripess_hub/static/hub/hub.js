// Progressive enhancement only: every page works with this file absent. It holds no words of its own:
// what it says stands in data attributes, in the language of the page.
const $ = (selector, within = document) => [...within.querySelectorAll(selector)];
const language = document.documentElement.lang || "es";

// 1 The error summary takes focus on load.
$("[data-focus]").forEach((element) => element.focus());

// 2 Deadlines in the reader's own time.
for (const box of $("[data-deadline]")) {
  const instant = new Date(box.dataset.deadline);
  const local = box.querySelector("[data-local]");
  if (local && instant.getTimezoneOffset() !== 0) {
    const words = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short" }).format(instant);
    local.textContent = `${local.dataset.local} ${words}`;
  }
}

//   What is left of the last two days, by the server's clock. The device's may be wrong, and the page may
//   come from a cache: a fresh answer says by how much they differ. Without one the page's sentence stays.
const counted = $("[data-left]");
const countdown = async () => {
  const answer = await fetch("/healthz", { method: "HEAD", cache: "no-store", credentials: "omit" });
  const ahead = Date.now() - Date.parse(answer.headers.get("Date"));
  if (!answer.ok || Number.isNaN(ahead)) return;
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  const show = () => {
    for (const left of counted) {
      const closes = Date.parse(left.closest("[data-deadline]").dataset.deadline);
      const minutes = Math.floor((closes - Date.now() + ahead) / 6e4);
      if (minutes > 48 * 60) continue;
      const words = minutes < 60 ? format.format(minutes, "minute") : format.format(Math.floor(minutes / 60), "hour");
      // Once it is over, the instant of the closing stands there alone.
      left.textContent = minutes < 0 ? "" : words[0].toUpperCase() + words.slice(1);
    }
  };
  show();
  setInterval(show, 5000);
  addEventListener("pageshow", show);
};
if (counted.length) countdown().catch(() => {});

// 3 Facets: the same GET form and the same address; only the counts and the results are exchanged.
//   Off when the reader saves data.
for (const form of $("form[data-partial]")) {
  if (navigator.connection?.saveData || !window.AbortController) break;
  const id = form.dataset.partial;
  const voice = document.createElement("p");
  let control;
  voice.className = "visually-hidden";
  voice.setAttribute("role", "status");
  form.append(voice);
  const load = async (address) => {
    control?.abort();
    control = new AbortController();
    try {
      const answer = await fetch(address, { signal: control.signal });
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const results = page.getElementById(id);
      const fresh = new Map($("input[type=checkbox]", page.getElementById("filters")).map((box) => [box.name + "=" + box.value, box]));
      for (const box of $("input[type=checkbox]", form)) {
        const now = fresh.get(box.name + "=" + box.value);
        const count = now?.closest(".option").querySelector(".n").textContent ?? "0";
        box.closest(".option").querySelector(".n").textContent = count;
        box.closest(".option").classList.toggle("option--zero", count === "0");
      }
      document.getElementById(id).replaceWith(results);
      form.querySelector("summary").textContent = page.querySelector("#filters summary").textContent;
      document.title = page.title;
      voice.textContent = results.querySelector("h2").textContent;
      history.pushState({ partial: true }, "", address);
    } catch (problem) {
      if (problem.name !== "AbortError") location.href = address;
    }
  };
  const address = () => {
    const data = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    return form.action.split("?")[0] + (String(data) ? "?" + data : "");
  };
  document.addEventListener("change", (event) => {
    if (event.target.form === form && event.target.type !== "search") load(address());
  });
  addEventListener("popstate", () => location.reload());
}
