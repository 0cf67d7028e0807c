// Photos beside a claim: enlarge in place and turn by a quarter. Without this file the link opens the photo.
(() => {
  "use strict";
  const TURNS = ["", "turn-1", "turn-2", "turn-3"];
  const turn = (photo) => {
    const now = TURNS.findIndex((name) => name && photo.classList.contains(name));
    const next = TURNS[(Math.max(now, 0) + 1) % TURNS.length];
    photo.classList.remove(...TURNS.filter(Boolean));
    if (next) photo.classList.add(next);
  };
  const links = [...document.querySelectorAll("[data-zoom]")];
  if (!links.length) return;
  const box = document.createElement("dialog");
  box.className = "light";
  const picture = document.createElement("img");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button";
  close.textContent = "×";
  close.setAttribute("aria-label", document.documentElement.lang === "ja" ? "閉じる" : document.documentElement.lang.startsWith("zh") ? "关闭" : "Close");
  close.addEventListener("click", () => box.close());
  box.append(picture, close);
  document.body.append(box);
  let at = 0;
  const show = (number) => {
    at = (number + links.length) % links.length;
    const from = links[at].querySelector("img");
    picture.src = from.currentSrc || from.src;
    picture.alt = from.alt;
    picture.className = links[at].closest(".photo").className.replace("photo", "").trim();
    box.classList.remove("actual");
    if (!box.open) box.showModal();
  };
  links.forEach((link, number) => link.addEventListener("click", (event) => { event.preventDefault(); show(number); }));
  picture.addEventListener("click", () => box.classList.toggle("actual"));
  box.addEventListener("keydown", (event) => {
    if (event.key === "ArrowRight") show(at + 1);
    else if (event.key === "ArrowLeft") show(at - 1);
    else if (event.key === "t") { turn(links[at].closest(".photo")); show(at); }
    else if (event.key === "+" || event.key === "z") box.classList.toggle("actual");
  });
  for (const button of document.querySelectorAll("[data-turn]")) {
    button.hidden = false;
    button.addEventListener("click", () => turn(button.closest(".photo")));
  }
})();
