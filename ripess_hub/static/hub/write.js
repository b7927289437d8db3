// The writing page with a little more comfort; it works whole without this file. Its words stand in
// the form's data attributes, in the language of the page.
const $ = (selector, within = document) => [...within.querySelectorAll(selector)];
const language = document.documentElement.lang || "es";
const LOCAL_MS = 1500;
const SERVER_MS = 12000;

// On the receipt the text on this device is done with.
for (const sent of $("[data-clear]")) {
  try { localStorage.removeItem(`draft:${sent.dataset.clear}`); } catch { /* no storage, nothing kept */ }
}

const form = document.getElementById("contribution");
if (form) enhance(form);

function enhance(form) {
  const words = form.dataset;
  const key = () => `draft:${form.elements.draft.value}`;
  const state = form.querySelector("[data-state]");
  const say = (text, alarm) => {
    state.hidden = false;
    state.textContent = text;
    state.classList.toggle("saved--not", Boolean(alarm));
  };
  const clock = () => new Date().toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit" });

  // What is kept on this device: never addresses of people, never secrets.
  const typed = () => {
    const kept = {};
    for (const [name, value] of new FormData(form)) {
      const field = $(`[name="${CSS.escape(name)}"]`, form)[0];
      if (typeof value !== "string" || field.type === "hidden" || "private" in field.dataset) continue;
      (kept[name] ||= []).push(value);
    }
    return kept;
  };
  const put = (kept) => {
    for (const [name, values] of Object.entries(kept)) {
      for (const field of $(`[name="${CSS.escape(name)}"]`, form)) {
        if (field.type === "checkbox") field.checked = values.includes(field.value);
        else if (field.type !== "file") field.value = values[0];
      }
    }
  };

  // 1 Counters: the eye sees each keystroke, the screen reader hears one sentence when typing pauses.
  for (const area of $("[data-most-characters],[data-words]", form)) {
    const [fewest, most] = (area.dataset.words || "0,0").split(",").map(Number);
    if (!area.dataset.mostCharacters && area.name !== "text" && !most) continue;
    const box = document.createElement("p");
    const voice = document.createElement("span");
    let pause;
    box.className = "counter";
    box.setAttribute("aria-hidden", "true");
    voice.className = "visually-hidden";
    voice.setAttribute("role", "status");
    area.after(box, voice);
    const text = () => {
      if (area.dataset.mostCharacters) return `${area.dataset.mostCharacters - area.value.length} ${words.left}`;
      const count = (area.value.match(/\S+/g) || []).length;
      if (fewest && count < fewest) return `${count} ${words.wordsWord}; ${fewest - count} ${words.missing} ${fewest}`;
      return most ? `${count} ${words.wordsWord} ${words.of} ${most}` : `${count} ${words.wordsWord}`;
    };
    const show = () => { box.textContent = text(); };
    area.addEventListener("input", () => {
      show();
      clearTimeout(pause);
      pause = setTimeout(() => { voice.textContent = text(); }, 1500);
    });
    show();
  }

  // 2 Kept on this device at once, with us after a while.
  let local, server, changed = false, saving = false;
  const keepHere = () => {
    try {
      const revision = Number(form.elements.revision.value);
      localStorage.setItem(key(), JSON.stringify({ revision, typed: typed() }));
      say(`${words.kept} ${clock()}`);
    } catch { /* storage is full or off: the server keeps it */ }
  };
  const keepThere = async () => {
    clearTimeout(server);
    if (!changed || saving || !words.autosave) return;
    saving = true;
    changed = false;
    const data = new FormData(form);
    data.delete("files");
    data.set("do", "autosave");
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, headers: { Accept: "application/json" } });
      const type = answer.headers.get("Content-Type") || "";
      if (!answer.ok || answer.redirected || !type.includes("json")) throw new Error(answer.status);
      const { saved, revision, address, kept, sign_in: label } = await answer.json();
      // Signed out meanwhile: kept in a copy, which comes back after signing in.
      if (label) {
        const link = document.createElement("a");
        link.href = address;
        link.textContent = label;
        say(kept, true);
        state.append(link);
        saving = false;
        return;
      }
      form.elements.revision.value = revision;
      form.action = address;
      if (location.pathname !== address) history.replaceState(null, "", address);
      say(`${words.saved} ${saved}`);
    } catch {
      changed = true;
      say(words.notKept, true);
      server = setTimeout(keepThere, SERVER_MS * 3);
    }
    saving = false;
  };
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    changed = true;
    clearTimeout(local);
    local = setTimeout(keepHere, LOCAL_MS);
    clearTimeout(server);
    server = setTimeout(keepThere, SERVER_MS);
  });
  addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") keepThere(); });
  addEventListener("online", keepThere);

  // 3 A text on this device that never reached us comes back if the writer wants it. One that is older
  //   than what we keep, by the count of saves, is not offered.
  let kept;
  try { kept = JSON.parse(localStorage.getItem(key())); } catch { kept = null; }
  if (kept?.typed && kept.revision >= Number(form.elements.revision.value) && JSON.stringify(kept.typed) !== JSON.stringify(typed())) {
    const box = document.createElement("div");
    const sentence = document.createElement("p");
    box.className = "notice notice--sun";
    box.setAttribute("role", "status");
    sentence.textContent = `${words.found} `;
    box.append(sentence);
    const done = () => { box.remove(); form.elements.title.focus(); };
    for (const [label, act] of [
      [words.take, () => { put(kept.typed); form.elements.title.dispatchEvent(new Event("input", { bubbles: true })); }],
      [words.drop, () => localStorage.removeItem(key())],
    ]) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button--secondary button--small";
      button.textContent = label;
      button.addEventListener("click", () => { act(); done(); });
      sentence.append(button, " ");
    }
    form.prepend(box);
  }

  // 4 The languages in the head of the page keep the text: they press the buttons at the end of the form.
  for (const link of $('.languages a[href="#continue-in"]')) {
    const button = form.querySelector(`[value="switch:${link.hreflang}"]`);
    link.addEventListener("click", (event) => { event.preventDefault(); button.click(); });
  }

  // 5 A press is sent once; a second one waits for the first answer.
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    if (changed) keepHere();
    clearTimeout(local);
    clearTimeout(server);
    setTimeout(() => delete form.dataset.sent, 20000);
  });
  addEventListener("pageshow", () => delete form.dataset.sent);

  // 6 Names of organisations, as they are typed.
  const field = form.querySelector('[data-suggest="organisations"]');
  if (field && window.AbortController && !navigator.connection?.saveData) {
    const list = document.createElement("datalist");
    let control, pause;
    list.id = "organisation-names";
    field.setAttribute("list", list.id);
    field.after(list);
    field.addEventListener("input", () => {
      clearTimeout(pause);
      pause = setTimeout(async () => {
        control?.abort();
        control = new AbortController();
        const query = new URLSearchParams({ q: field.value, lang: language, page_size: 8 });
        try {
          const answer = await fetch(`/api/v1/organisations/?${query}`, { signal: control.signal });
          const { results } = await answer.json();
          list.replaceChildren(...results.map((one) => new Option(one.names[language] || Object.values(one.names).find(Boolean))));
        } catch { /* suggestions only */ }
      }, 300);
    });
  }
}
