// What the admin's widgets leave unsaid to those who hear the page: names of the language switch and of
// searchable choices, and tabs that are one control each. Its words stand in the script's attributes.
const words = document.getElementById("hub-admin").dataset;

function complete() {
  document.getElementById("modeltranslation-main-switch")?.setAttribute("aria-label", words.language);
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

addEventListener("load", () => {
  complete();
  new MutationObserver(complete).observe(document.getElementById("content"), { childList: true, subtree: true });
});
