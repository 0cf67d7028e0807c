// A call under way: what stands in the form is sent off when the page goes, in the same way as
// after each pause in typing, so that closing the window loses nothing.
(function () {
  "use strict";
  var form = document.getElementById("call");
  if (!form || !navigator.sendBeacon) return;
  var sent = false;
  form.addEventListener("submit", function () { sent = true; });
  window.addEventListener("pagehide", function () {
    if (!sent) navigator.sendBeacon(form.dataset.keep, new FormData(form));
  });
})();
