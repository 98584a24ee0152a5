(function () {
  "use strict";
  // Charts answer to the pointer once it comes near; until then the picture stands.
  if (window.vegaEmbed) {
    document.querySelectorAll(".chart.wide").forEach(function (place) {
      var source = document.getElementById(place.dataset.spec);
      if (!source) { return; }
      var wake = function () {
        place.removeEventListener("pointerenter", wake);
        var picture = place.firstElementChild;
        var stage = document.createElement("div");
        stage.hidden = true;
        place.appendChild(stage);
        window.vegaEmbed(stage, JSON.parse(source.textContent), { actions: false, renderer: "svg", ast: true })
          .then(function () { stage.hidden = false; picture.remove(); })
          .catch(function () { stage.remove(); });
      };
      place.addEventListener("pointerenter", wake);
    });
  }
  // A mark shows its record.
  var card = document.createElement("div");
  card.className = "card";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  document.body.appendChild(card);
  var show = function (event) {
    var link = event.target.closest ? event.target.closest(".marks a") : null;
    if (!link) { card.hidden = true; return; }
    var record = document.getElementById(link.hash.slice(1));
    if (!record || record.tagName !== "LI" || link.hash.charAt(1) !== "r") { return; }
    if (link.title) { link.dataset.hint = link.title; link.removeAttribute("title"); }
    card.textContent = "";
    var head = document.createElement("strong");
    head.textContent = link.dataset.hint || "";
    var text = record.cloneNode(true);
    text.removeAttribute("id");
    var body = document.createElement("div");
    while (text.firstChild) { body.appendChild(text.firstChild); }
    card.append(head, body);
    card.hidden = false;
    var box = link.getBoundingClientRect();
    var left = Math.min(Math.max(8, box.left - 20), document.documentElement.clientWidth - card.offsetWidth - 8);
    var above = box.top - card.offsetHeight - 8;
    card.style.left = left + "px";
    card.style.top = (above > 8 ? above : box.bottom + 8) + "px";
  };
  document.addEventListener("mouseover", show);
  document.addEventListener("focusin", show);
  window.addEventListener("scroll", function () { card.hidden = true; }, { passive: true });
  // Everything is open on paper.
  var shut = [];
  window.addEventListener("beforeprint", function () {
    shut = Array.from(document.querySelectorAll("details:not([open])"));
    shut.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () { shut.forEach(function (part) { part.open = false; }); });
  if (window.matchMedia("(max-width: 1099px)").matches) {
    document.querySelectorAll("nav details").forEach(function (part) { part.open = false; });
  }
})();
