// What the admin's widgets leave unsaid to those who hear the page: names of the language switch and of
// searchable choices, and tabs that are one control each. Its words stand in the script's attributes.
const words = document.getElementById("hub-admin").dataset;

function complete() {
  const all = document.getElementById("modeltranslation-main-switch");
  const open = document.querySelector(".ui-tabs-active");
  if (all && !all.hasAttribute("aria-label")) {
    all.setAttribute("aria-label", words.language);
    // The tabs open in the language of the person, the switch of them all at the first.
    if (open) all.value = [...open.parentElement.children].indexOf(open);
  }
  for (const anchor of document.querySelectorAll("li[role=tab] > a:not([inert])")) {
    // The tab itself takes the focus and the click: a link within it would be a second control.
    anchor.inert = true;
    anchor.parentElement.addEventListener("click", (event) => {
      if (event.target !== anchor) anchor.click();
    });
  }
  for (const box of document.querySelectorAll(".select2-selection[aria-labelledby]")) {
    const shown = box.getAttribute("aria-labelledby").split(" ").pop();
    const label = document.querySelector(`label[for="${CSS.escape(shown.slice(8, -10))}"]`);
    if (!label || box.getAttribute("aria-labelledby") !== shown) continue;
    label.id ||= `label-${shown}`;
    box.setAttribute("aria-labelledby", `${label.id} ${shown}`);
    document.getElementById(shown)?.setAttribute("aria-labelledby", label.id);
  }
}

// On phones the cells of a list stand below each other, far from the heads of their columns.
function label() {
  const heads = [...document.querySelectorAll("#result_list thead th .text")].map((head) => head.textContent.trim());
  for (const row of document.querySelectorAll("#result_list tbody tr")) {
    [...row.cells].forEach((cell, n) => {
      const said = cell.textContent.trim() || cell.querySelector("img");
      if (heads[n] && said && cell.matches("td")) cell.dataset.label = heads[n];
    });
  }
}

addEventListener("load", () => {
  label();
  complete();
  new MutationObserver(complete).observe(document.getElementById("content"), { childList: true, subtree: true });
});
