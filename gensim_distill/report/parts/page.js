"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const arrays = { float32: Float32Array, uint32: Uint32Array, uint16: Uint16Array, int16: Int16Array, int8: Int8Array };
  const unpack = (packed) => {
    const text = atob(packed.base64);
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    return new arrays[packed.type](bytes.buffer);
  };
  const positions = unpack(data.positions);
  const neighbors = unpack(data.neighbors);
  const cosines = unpack(data.cosines);
  const clusters = unpack(data.clusters);
  const centers = unpack(data.centers);
  const counts = data.counts && unpack(data.counts);
  const n = words.length;
  // Isolates, so that words of right-to-left scripts do not reorder the others.
  const joined = (name) => name.map((word) => /^[ -~]*$/.test(word) ? word : `\u2068${word}\u2069`).join(", ");
  const labels = data.names.map(joined);
  const x = new Float32Array(n), y = new Float32Array(n);
  for (let i = 0; i < n; i++) { x[i] = positions[2 * i]; y[i] = positions[2 * i + 1]; }

  const element = (id) => document.getElementById(id);
  const make = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;  // never as HTML: words are untrusted
    return made;
  };
  const number = new Intl.NumberFormat("en");
  const cut = (word, longest) => { const characters = Array.from(word.slice(0, 2 * longest)); return characters.length <= longest && word.length <= 2 * longest ? word : characters.slice(0, longest - 1).join("") + "…"; };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // --- colors ----------------------------------------------------------------------------------

  const palettes = {
    light: ["#2f6fb3", "#c2571a", "#3c8c40", "#b3354a", "#7a57b0", "#8a6a2a", "#b8488f", "#2a8c8c", "#71801f", "#5b6b7d"],
    dark: ["#6fa8e6", "#f0955a", "#72c276", "#ec7386", "#b094e6", "#cfa95e", "#e885c4", "#5cc4c4", "#b4c455", "#9fb2c6"],
  };
  const scales = {
    light: ["#cdbb2c", "#6fb84f", "#2a9a80", "#2c728e", "#3b4d8a", "#440f54"],
    dark: ["#6c5ba0", "#4a74b0", "#2f8f94", "#4dbd78", "#b3d84a", "#fdf07a"],
  };
  const logs = new Float32Array(n);
  for (let i = 0; i < n; i++) logs[i] = counts ? Math.log(Math.max(counts[i], 1)) : -Math.log(i + 1);
  const between = (first, second, share) => "#" + [1, 3, 5].map((at) => {
    const a = parseInt(first.slice(at, at + 2), 16), b = parseInt(second.slice(at, at + 2), 16);
    return Math.round(a + (b - a) * share).toString(16).padStart(2, "0");
  }).join("");
  const clusterColor = (cluster) => cluster < 0 ? css("--between") : palettes[dark.matches ? "dark" : "light"][data.colors[cluster]];
  const colorBy = () => document.querySelector("input[name=color]:checked").value;

  function colors() {
    if (colorBy() === "cluster") {
      const byCluster = labels.map((_, cluster) => clusterColor(cluster));
      const none = css("--between");
      return Array.from(clusters, (cluster) => cluster < 0 ? none : byCluster[cluster]);
    }
    const stops = scales[dark.matches ? "dark" : "light"];
    const steps = 64, low = logs[n - 1], span = (logs[0] - low) || 1;
    const shades = Array.from({ length: steps }, (_, step) => {
      const at = step / (steps - 1) * (stops.length - 1), stop = Math.min(Math.floor(at), stops.length - 2);
      return between(stops[stop], stops[stop + 1], at - stop);
    });
    return Array.from(logs, (log) => shades[Math.round((log - low) / span * (steps - 1))]);
  }

  function showLegend() {
    const legend = element("legend");
    legend.replaceChildren();
    if (colorBy() === "cluster") {
      const list = make("ul");
      // With more clusters than colors, a dot would stand for several clusters.
      const dots = labels.length <= palettes.light.length;
      labels.forEach((label, cluster) => {
        const item = make("li"), button = make("button");
        button.type = "button";
        if (dots) {
          const dot = make("span", "dot");
          dot.style.background = clusterColor(cluster);
          button.append(dot);
        }
        button.append(make("span", "clip", label), make("span", "number", number.format(data.sizes[cluster])));
        button.title = label;
        button.addEventListener("click", () => plane && plane.goToCluster(cluster));
        item.append(button);
        list.append(item);
      });
      const order = `${number.format(labels.length)} clusters, the largest first, with their numbers of words`;
      legend.append(make("p", "hint", dots ? `${order}:` : `${order}. Neighboring clusters differ in color:`), list);
    } else {
      const scale = make("div", "scale"), ends = make("div", "ends");
      scale.style.background = `linear-gradient(to right, ${scales[dark.matches ? "dark" : "light"].join(", ")})`;
      ends.append(
        make("span", "", counts ? `${number.format(counts[n - 1])} times` : "last"),
        make("span", "", counts ? `${number.format(counts[0])} times` : "first"),
      );
      legend.append(scale, ends);
    }
  }

  // --- search -----------------------------------------------------------------------------------

  const plain = (word) => word.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  let keys = null;  // computed at the first search
  const MAX_MATCHES = 12;

  // The edit distance (with transpositions) between the query and the beginning of a word; Infinity if above `most`.
  const MAX_QUERY = 204;
  let before = new Uint8Array(MAX_QUERY), last = new Uint8Array(MAX_QUERY), row = new Uint8Array(MAX_QUERY);
  function editDistance(query, word, most) {
    const m = query.length, w = Math.min(word.length, m + most);
    if (m - w > most) return Infinity;
    for (let j = 0; j <= w; j++) last[j] = j;
    for (let i = 1; i <= m; i++) {
      const character = query.charCodeAt(i - 1), earlier = i > 1 ? query.charCodeAt(i - 2) : -1;
      let least = row[0] = i;
      for (let j = 1; j <= w; j++) {
        const other = word.charCodeAt(j - 1);
        let cost = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (character === other ? 0 : 1));
        if (j > 1 && earlier === other && character === word.charCodeAt(j - 2)) cost = Math.min(cost, before[j - 2] + 1);
        row[j] = cost;
        if (cost < least) least = cost;
      }
      if (least > most) return Infinity;
      [before, last, row] = [last, row, before];
    }
    let cost = last[0];
    for (let j = 1; j <= w; j++) if (last[j] < cost) cost = last[j];
    return cost <= most ? cost : Infinity;
  }

  function find(text) {
    keys ||= words.map(plain);
    const query = plain(text.trim());
    if (!query) return [];
    const exact = [], begin = [], within = [];
    for (let i = 0; i < n; i++) {
      const at = keys[i].indexOf(query);
      if (at < 0) continue;
      if (at > 0) within.push(i);
      else (keys[i].length === query.length ? exact : begin).push(i);
    }
    const found = [...exact, ...begin.slice(0, MAX_MATCHES), ...within.slice(0, MAX_MATCHES)].slice(0, MAX_MATCHES);
    // Exact matches, with case and accents, come first.
    found.sort((a, b) => (words[b] === text.trim()) - (words[a] === text.trim()));
    if (found.length < MAX_MATCHES && query.length > 2 && query.length < MAX_QUERY - 3) {
      const most = query.length > 5 ? 2 : 1, listed = new Set(found), near = [];
      for (let i = 0; i < n; i++) {
        if (listed.has(i)) continue;
        const cost = editDistance(query, keys[i], most);
        if (cost < Infinity) near.push([cost + Math.abs(keys[i].length - query.length) / 10, i]);
      }
      near.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
      found.push(...near.slice(0, MAX_MATCHES - found.length).map((pair) => pair[1]));
    }
    return found;
  }

  const search = element("search"), matches = element("matches");
  let listed = [], active = -1;

  function close() {
    matches.hidden = true;
    search.setAttribute("aria-expanded", "false");
    search.removeAttribute("aria-activedescendant");
    active = -1;
  }

  function activate(place) {
    active = place;
    [...matches.children].forEach((item, i) => item.setAttribute("aria-selected", i === active ? "true" : "false"));
    const item = matches.children[active];
    if (item) {
      search.setAttribute("aria-activedescendant", item.id);
      matches.scrollTop = Math.min(item.offsetTop, Math.max(matches.scrollTop, item.offsetTop + item.offsetHeight - matches.clientHeight));
      choose(listed[active], false);  // the panel follows the search; the map moves when a word is taken
    }
  }

  search.addEventListener("input", () => {
    listed = find(search.value);
    matches.replaceChildren(...listed.map((index, i) => {
      const item = make("li");
      item.id = `match-${i}`;
      item.setAttribute("role", "option");
      item.append(make("bdi", "clip", cut(words[index], 80)), make("span", "number", counts ? number.format(counts[index]) : ""));
      item.addEventListener("mousedown", (event) => event.preventDefault());  // keeps the focus in the search field
      item.addEventListener("click", () => take(index));
      return item;
    }));
    const empty = !search.value.trim();
    if (!listed.length && !empty) matches.append(make("li", "none", "No such word on the map."));
    matches.hidden = empty;
    search.setAttribute("aria-expanded", String(!empty));
    if (empty) element("status").textContent = "";
    if (listed.length) activate(0);
    else {
      active = -1;
      if (!empty) choose(-1, false);
    }
    if (!empty) element("status").textContent = `${listed.length} words found`;
  });
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (matches.hidden || !listed.length) return;
      event.preventDefault();
      activate((active + (event.key === "ArrowDown" ? 1 : -1) + listed.length) % listed.length);
    } else if (event.key === "Enter") {
      if (!matches.hidden && listed[active] !== undefined) { event.preventDefault(); take(listed[active]); }
    } else if (event.key === "Escape") {
      if (!matches.hidden) { event.preventDefault(); close(); }
    }
  });
  search.addEventListener("blur", close);

  function take(index) {
    search.value = words[index].slice(0, 200);
    close();
    choose(index, true);
  }

  // --- a word and its neighbors ------------------------------------------------------------------

  let chosen = -1, plane = null;

  const neighborsOf = (index) => Array.from(neighbors.subarray(index * data.per_word, (index + 1) * data.per_word));

  function choose(index, move) {
    chosen = index;
    const box = element("word");
    if (index < 0) {
      box.replaceChildren(make("p", "hint", "No word is selected."));
    } else {
      const heading = make("h3"), list = make("ol"), parts = [];
      heading.append(make("bdi", "", words[index]));
      if (counts) parts.push(`${number.format(counts[index])} times`);
      parts.push(`rank ${number.format(index + 1)}`);
      const cluster = clusters[index];
      const summary = make("p", "why", parts.join(", ") + (cluster < 0 ? "" : ", in "));
      if (cluster >= 0) summary.append(make("bdi", "", labels[cluster]));
      neighborsOf(index).forEach((other, i) => {
        const item = make("li"), button = make("button"), cosine = cosines[index * data.per_word + i] / 100;
        button.type = "button";
        button.style.setProperty("--near", Math.max(0, cosine));
        button.append(make("bdi", "clip", cut(words[other], 80)), make("span", "number", cosine.toFixed(2)));
        button.addEventListener("click", () => { choose(other, true); element("word").querySelector("button")?.focus({ preventScroll: true }); });
        item.append(button);
        list.append(item);
      });
      list.setAttribute("aria-label", "Nearest neighbors and their cosines");
      box.replaceChildren(heading, summary, list);
      element("status").textContent = `${cut(words[index], 80)}: ${neighborsOf(index).length} nearest neighbors shown`;
    }
    plane?.show(index, move);
  }

  // --- the map ------------------------------------------------------------------------------------

  const font = () => getComputedStyle(document.body).fontFamily;

  // Chromium ignores failIfMajorPerformanceCaveat for software rendering, so check the name of the renderer too.
  function hasGraphicsCard() {
    const canvas = document.createElement("canvas").getContext("webgl", { failIfMajorPerformanceCaveat: true });
    if (!canvas) return false;
    const info = canvas.getExtension("WEBGL_debug_renderer_info");
    const renderer = String(canvas.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : canvas.RENDERER));
    canvas.getExtension("WEBGL_lose_context")?.loseContext();
    return !/swiftshader|llvmpipe|softpipe|software|basic render/i.test(renderer);
  }

  async function draw() {
    const { ColumnDataSource, Range1d, PanTool, WheelZoomTool } = Bokeh, plot = element("plot");
    let left = Infinity, right = -Infinity, low = Infinity, high = -Infinity;
    for (let i = 0; i < n; i++) {
      left = Math.min(left, x[i]); right = Math.max(right, x[i]); low = Math.min(low, y[i]); high = Math.max(high, y[i]);
    }
    const fast = hasGraphicsCard();
    // On a phone the frame has the shape of the map, so that no empty bands are left.
    plot.parentElement.style.setProperty("--shape", Math.min(Math.max(((right - left) || 1) / ((high - low) || 1), 0.7), 1.4));
    const xs = new Range1d({ start: left, end: right }), ys = new Range1d({ start: low, end: high });
    const figure = Bokeh.Plotting.figure({
      x_range: xs, y_range: ys, x_axis_type: null, y_axis_type: null, tools: [], toolbar_location: null, sizing_mode: "stretch_both",
      min_border: 0, outline_line_color: null, background_fill_color: null, border_fill_color: null,
      // Without a GPU, WebGL is slower than a canvas; the canvas draws fewer points while the map moves.
      ...(fast ? { output_backend: "webgl", lod_threshold: null } : { output_backend: "canvas", lod_threshold: 3000, lod_factor: 8 }),
    });
    const wheel = new WheelZoomTool();
    figure.add_tools(new PanTool(), wheel);
    figure.toolbar.active_scroll = wheel;

    // In reverse order, so that the most frequent words are drawn on top.
    const reversedX = Float32Array.from(x).reverse(), reversedY = Float32Array.from(y).reverse();
    const source = new ColumnDataSource({ data: { x: reversedX, y: reversedY, color: colors().reverse() } });
    const points = figure.scatter({ field: "x" }, { field: "y" }, {
      source, size: 4, fill_color: { field: "color" }, line_color: null, fill_alpha: 0.8,
    });
    const marked = new ColumnDataSource({ data: { x: [], y: [], more: [], size: [] } });
    const rings = figure.scatter({ field: "x" }, { field: "y" }, {
      source: marked, size: { field: "size" }, fill_color: null, line_color: css("--text"), line_width: 1.5,
    });
    const text = (size, style) => {
      const written = new ColumnDataSource({ data: { x: [], y: [], text: [] } });
      const renderer = figure.text({ field: "x" }, { field: "y" }, { field: "text" }, {
        source: written, text_align: "center", text_baseline: "middle", text_font_size: `${size}px`, text_font_style: style, text_font: font(),
        text_color: css("--text"), background_fill_color: css("--halo"), background_fill_alpha: 0.72, padding: 2, border_radius: 3,
        level: "annotation",
      });
      return { written, renderer, high: size, style };
    };
    const layers = { word: text(12, "normal"), cluster: text(13, "bold"), chosen: text(15, "bold") };
    for (const renderer of [points, rings, ...Object.values(layers).map((layer) => layer.renderer)]) {
      renderer.nonselection_glyph = null;
      renderer.muted_glyph = null;
    }

    const context = document.createElement("canvas").getContext("2d");
    // Before the figure is shown, its size is that of its container, so that it is drawn only once.
    let shown = false;
    const width = () => shown ? figure.inner_width : plot.clientWidth, height = () => shown ? figure.inner_height : plot.clientHeight;
    let whole = 1;  // pixels per unit when all words are shown
    const scale = () => width() / (xs.end - xs.start);

    // Small enough that most points are separate, and larger when zoomed in.
    const size = () => {
      const first = Math.min(Math.max(0.7 * Math.sqrt(width() * height() / n), 2), 9);
      return Math.min(first * Math.max(1, (scale() / whole) ** 0.45), Math.max(first, 14));
    };

    function set(cx, cy, pixels) {
      const w = width() / pixels / 2, h = height() / pixels / 2;
      xs.setv({ start: cx - w, end: cx + w });
      ys.setv({ start: cy - h, end: cy + h });
    }
    const middle = () => [(xs.start + xs.end) / 2, (ys.start + ys.end) / 2];
    function fit() {
      whole = Math.min(width() / ((right - left) || 1), height() / ((high - low) || 1)) * 0.92;
      set((left + right) / 2, (low + high) / 2, whole);
    }
    const zoom = (factor) => set(...middle(), Math.min(Math.max(scale() * factor, whole * 0.7), whole * 400));

    const EDGE = 8;  // distance of labels from the frame
    // Write labels that do not overlap: first the selected word and its neighbors, then clusters, then frequent words.
    function write() {
      const out = { word: [], cluster: [], chosen: [] }, w = width(), h = height(), s = scale();
      const taken = [[w - 70, w, h - 155, h]];  // the zoom buttons
      const place = (layer, px, py, label, at, force) => {
        if (px < 0 || py < 0 || px > w || py > h) return false;
        const { high, style } = layers[layer];
        context.font = `${style === "bold" ? "bold " : ""}${high}px ${font()}`;
        const half = context.measureText(label).width / 2 + 4, up = high * 0.75;
        px = Math.min(Math.max(px, half + EDGE), w - half - EDGE);
        py = Math.min(Math.max(py, up + EDGE), h - up - EDGE);
        const box = [px - half, px + half, py - up, py + up];
        if (!force && taken.some((other) => box[0] < other[1] && other[0] < box[1] && box[2] < other[3] && other[2] < box[3])) return false;
        taken.push(box);
        out[layer].push([xs.start + px / s, ys.start + py / s, label, at]);
        return true;
      };
      const px = (i) => (x[i] - xs.start) * s, py = (i) => (y[i] - ys.start) * s;
      if (chosen >= 0) {
        place("chosen", px(chosen), py(chosen) + 13 + size() / 2, cut(words[chosen], 30), chosen, true);
        for (const other of neighborsOf(chosen)) place("word", px(other), py(other) + 11 + size() / 2, cut(words[other], 24), other);
      }
      const nearness = s / whole;
      if (nearness < 8) {
        labels.forEach((label, c) => {
          const named = nearness < 2 ? joined(data.names[c].slice(0, w < 600 ? 1 : 2)) : label;
          place("cluster", (centers[2 * c] - xs.start) * s, (centers[2 * c + 1] - ys.start) * s, cut(named, 40), c);
        });
      }
      if (nearness > 2.2 || !labels.length) {
        const most = Math.round(w * h / 6000);
        for (let i = 0, written = 0; i < n && written < most; i++) {
          if (x[i] < xs.start || x[i] > xs.end || y[i] < ys.start || y[i] > ys.end || i === chosen) continue;
          if (place("word", px(i), py(i) + 9 + size() / 2, cut(words[i], 24), i)) written++;
        }
      }
      for (const [name, layer] of Object.entries(layers)) {
        layer.written.data = { x: out[name].map((t) => t[0]), y: out[name].map((t) => t[1]), text: out[name].map((t) => t[2]) };
      }
    }

    let waiting = 0;
    function changed() {
      points.glyph.size = { value: size() };
      if (marked.data.x.length) marked.data = { ...marked.data, size: marked.data.more.map((more) => size() + more) };
      clearTimeout(waiting);
      waiting = setTimeout(write, 60);  // labels are written when the map rests
    }
    for (const range of [xs, ys]) range.change.connect(changed);

    function near(px, py) {  // the word at a position on the screen
      const s = scale(), cx = xs.start + px / s, cy = ys.end - py / s, reach = 14 / s;
      let best = -1, least = reach * reach;
      for (let i = 0; i < n; i++) {
        const d = (x[i] - cx) ** 2 + (y[i] - cy) ** 2;
        if (d < least) { least = d; best = i; }
      }
      return best;
    }
    const tip = element("tip");
    figure.on_event("mousemove", (event) => {
      const index = near(event.sx, event.sy);
      tip.hidden = index < 0;
      plot.style.cursor = index < 0 ? "" : "pointer";
      if (index < 0) return;
      tip.textContent = cut(words[index], 60);
      tip.style.left = `${Math.max(4, Math.min(event.sx + 12, width() - tip.offsetWidth - 4))}px`;
      tip.style.top = `${Math.max(4, event.sy - 34)}px`;
    });
    figure.on_event("mouseleave", () => { tip.hidden = true; });
    figure.on_event("tap", (event) => choose(near(event.sx, event.sy), false));
    figure.on_event("doubletap", fit);

    element("zoom-in").addEventListener("click", () => zoom(1.6));
    element("zoom-out").addEventListener("click", () => zoom(1 / 1.6));
    element("zoom-all").addEventListener("click", fit);
    plot.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const [cx, cy] = middle(), step = 80 / scale();
      const keys = {
        ArrowLeft: () => set(cx - step, cy, scale()), ArrowRight: () => set(cx + step, cy, scale()),
        ArrowUp: () => set(cx, cy + step, scale()), ArrowDown: () => set(cx, cy - step, scale()),
        "+": () => zoom(1.6), "=": () => zoom(1.6), "-": () => zoom(1 / 1.6), 0: fit, Escape: () => choose(-1, false),
      };
      if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
    });

    function theme() {
      source.data = { ...source.data, color: colors().reverse() };
      rings.glyph.line_color = { value: css("--text") };
      for (const layer of Object.values(layers)) {
        layer.renderer.glyph.text_color = { value: css("--text") };
        layer.renderer.glyph.background_fill_color = { value: css("--halo") };
      }
    }

    fit();
    write();
    let previousWidth = width();
    const resized = () => {  // keep center and zoom
      const center = middle(), nearness = previousWidth / (xs.end - xs.start) / whole;
      previousWidth = width();
      fit();
      set(...center, whole * nearness);
    };
    await Bokeh.Plotting.show(figure, plot);
    await settled(figure);
    shown = true;
    if (width() !== previousWidth) resized();
    for (const size of ["inner_width", "inner_height"]) figure.properties[size].change.connect(resized);
    return {
      theme,
      show(index, move) {
        points.glyph.fill_alpha = { value: index < 0 ? 0.8 : 0.35 };
        const some = index < 0 ? [] : [index, ...neighborsOf(index)];
        marked.data = { x: some.map((i) => x[i]), y: some.map((i) => y[i]), more: some.map((_, i) => (i ? 3 : 8)), size: some.map(() => 0) };
        if (move) set(x[index], y[index], Math.max(scale(), whole * 5));
        changed();
        write();
      },
      goToCluster(cluster) {
        let l = Infinity, r = -Infinity, b = Infinity, t = -Infinity;
        for (let i = 0; i < n; i++) {
          if (clusters[i] !== cluster) continue;
          l = Math.min(l, x[i]); r = Math.max(r, x[i]); b = Math.min(b, y[i]); t = Math.max(t, y[i]);
        }
        set((l + r) / 2, (b + t) / 2, Math.min(width() / ((r - l) || 1), height() / ((t - b) || 1), whole * 40) * 0.8);
      },
    };
  }

  // Resolves when the figure is laid out and painted.
  const settled = (figure) => new Promise((done) => {
    if (figure.document.is_idle) done();
    else figure.document.idle.connect(done);
  });

  async function drawLoss() {
    const target = element("loss-plot");
    if (!target) return null;
    const epochs = data.losses.map((_, i) => i + 1);
    const figure = Bokeh.Plotting.figure({
      tools: [], toolbar_location: null, sizing_mode: "stretch_both", outline_line_color: null, background_fill_color: null, border_fill_color: null,
      x_axis_label: "epoch", y_axis_label: "loss",
    });
    const line = figure.line(epochs, data.losses, { line_width: 2 }), dots = figure.scatter(epochs, data.losses, { size: 7, line_color: null });
    figure.xaxis.ticker = new Bokeh.SingleIntervalTicker({ interval: Math.max(1, Math.ceil(epochs.length / 10)), num_minor_ticks: 0 });
    function theme() {
      line.glyph.line_color = { value: css("--accent") };
      dots.glyph.fill_color = { value: css("--accent") };
      for (const axis of [...figure.xaxes, ...figure.yaxes]) {
        axis.setv({
          axis_line_color: css("--line"), major_tick_line_color: css("--line"), minor_tick_line_color: null, major_label_text_color: css("--soft"),
          axis_label_text_color: css("--soft"), axis_label_text_font_style: "normal",
          major_label_text_font: font(), axis_label_text_font: font(),
        });
      }
      for (const grid of [...figure.xgrids, ...figure.ygrids]) grid.grid_line_color = css("--line");
    }
    theme();
    await Bokeh.Plotting.show(figure, target);
    return { theme };
  }

  async function start() {
    Bokeh.set_log_level("warn");
    showLegend();
    let loss = null;
    const repaint = () => { showLegend(); plane?.theme(); loss?.theme(); };
    dark.addEventListener("change", repaint);
    document.querySelectorAll("input[name=color]").forEach((input) => input.addEventListener("change", repaint));
    plane = await draw();
    loss = await drawLoss();
    requestAnimationFrame(() => setTimeout(() => {  // after the map is painted
      performance.mark("map-ready");
      setTimeout(() => { keys ||= words.map(plain); });
      document.documentElement.dataset.ready = "true";
    }));
  }

  start().catch((error) => {
    element("plot").replaceChildren(make("p", "missing", "The map could not be drawn. Search and neighbors work."));
    console.error(error);
  });
})();
