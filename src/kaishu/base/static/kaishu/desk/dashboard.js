// The slider says its day while it moves, and shows it when it is let go. Without this file the
// button beside it does the same.
for (const form of document.querySelectorAll("[data-slider]")) {
  const slider = form.querySelector("input[type=range]");
  const said = form.querySelector("output");
  const words = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
  slider.addEventListener("input", () => {
    const day = new Date(`${slider.dataset.first}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + Number(slider.value));
    said.textContent = words.format(day);
  });
  slider.addEventListener("change", () => form.requestSubmit());
}
