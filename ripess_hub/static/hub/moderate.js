// The moderators' pages with a little more comfort; they work whole without this file.

// A reason written beforehand goes straight into the field, without the way over the server.
for (const button of document.querySelectorAll("[data-insert]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const chosen = button.form.elements.template.selectedOptions[0];
    const area = document.getElementById(button.dataset.insert);
    if (!chosen || !chosen.dataset.text) return;
    const typed = area.value.trimEnd();
    area.value = typed ? `${typed}\n\n${chosen.dataset.text}` : chosen.dataset.text;
    area.focus();
  });
}

// What went wrong is read first.
document.querySelector("[data-focus]")?.focus();

// A link to a step opens it.
const open = () => {
  const target = location.hash.startsWith("#step-") && document.getElementById(location.hash.slice(1));
  if (target) target.open = true;
};
addEventListener("hashchange", open);
open();
