(function () {
  "use strict";
  // Where the plot begins inside a picture.
  var origin = function (picture) {
    var part = picture.querySelector("g[transform]");
    var found = part && /translate\(([-\d.]+)[ ,]+([-\d.]+)/.exec(part.getAttribute("transform"));
    return found ? [Number(found[1]), Number(found[2])] : [0, 0];
  };
  // The live chart takes the box of the picture, so that nothing moves when it comes.
  var align = function (live, picture) {
    var box = picture.getAttribute("viewBox").split(/[ ,]+/).map(Number);
    var from = origin(picture), to = origin(live);
    live.setAttribute("viewBox", [box[0] + to[0] - from[0], box[1] + to[1] - from[1], box[2], box[3]].join(" "));
    live.setAttribute("width", box[2]);
    live.setAttribute("height", box[3]);
  };
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
          .then(function () { align(stage.querySelector("svg"), picture); stage.hidden = false; picture.remove(); })
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
  // The list of sources is long: on a phone it is closed until a mark leads into it.
  var open = function (hash) {
    var goal = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    var shutHere = false;
    for (var part = goal; part; part = part.parentElement) {
      if (part.tagName === "DETAILS" && !part.open) { part.open = true; shutHere = true; }
    }
    return shutHere && goal;
  };
  var follow = function () { var goal = open(location.hash); if (goal) { goal.scrollIntoView(); } };
  if (window.matchMedia("(max-width: 699px)").matches) {
    document.querySelectorAll("details.all").forEach(function (part) { part.open = false; });
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest ? event.target.closest("a[href^='#']") : null;
    if (link) { open(link.hash); }
  });
  window.addEventListener("hashchange", follow);
  follow();
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
