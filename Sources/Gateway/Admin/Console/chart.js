// Lines and stacked areas over the last minutes. All charts share what is pointed at: by the pointer, or by the arrow keys
// when a chart has the focus.

import { element, setText, shape } from "./dom.js";
import { clock } from "./format.js";
import * as samples from "./samples.js";

const margin = { left: 46, right: 6, top: 8, bottom: 20 };
// A second without a sample is an interruption, but not a sample that came late.
const longestStep = 2.6;

export class Chart {
  #plot;
  #svg = shape("svg", { "aria-hidden": "true" });
  #values;
  #when = element("span", { class: "soft small" });
  #options;
  #box = { width: 0, height: 0 };

  /**
   * `series` is a list of {name, style, value(sample)}; those before the index `lines` are stacked areas. A line that
   * `isRare` isn't drawn where it is 0. `scale` makes the axis of all values, `format` writes values and `label` ticks.
   */
  constructor(figure, options) {
    this.#options = options;
    this.#values = options.series.map(() => element("b"));
    this.#plot = element("div", {
      class: "plot", tabindex: "0", role: "slider", "aria-orientation": "horizontal", "aria-label": `${options.title}: time`,
      "aria-valuemin": -samples.span, "aria-valuemax": 0,
    }, this.#svg);
    const legend = options.series.map(({ name, style }, index) =>
      element("li", {}, element("i", { class: `s-${style}` }), `${name} `, this.#values[index]));
    figure.append(
      element("figcaption", {}, element("h3", {}, options.title), this.#when),
      element("ul", { class: "legend" }, legend),
      this.#plot,
    );
    this.#plot.addEventListener("pointermove", (event) => samples.point(this.#time(event.clientX - this.#svg.getBoundingClientRect().left)));
    this.#plot.addEventListener("pointerleave", () => samples.point(null));
    this.#plot.addEventListener("blur", () => samples.point(null));
    this.#plot.addEventListener("keydown", (event) => this.#move(event));
    new ResizeObserver(([entry]) => {
      this.#box = entry.contentRect;
      this.draw();
    }).observe(this.#svg);
    samples.onChange(() => this.draw());
    this.draw();
  }

  get #end() {
    return samples.latest()?.time ?? Date.now() / 1000;
  }

  get #inner() {
    return this.#box.width - margin.left - margin.right;
  }

  #x(time) {
    return margin.left + (1 + (time - this.#end) / samples.span) * this.#inner;
  }

  #time(x) {
    return this.#end + ((x - margin.left) / this.#inner - 1) * samples.span - 0.5;
  }

  #move(event) {
    const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30, Home: -samples.span, End: samples.span };
    if (event.key === "Escape") return samples.point(null);
    if (!(event.key in steps)) return;
    event.preventDefault();
    const list = samples.all();
    if (list.length === 0) return;
    const from = list.indexOf(samples.pointed() ?? samples.latest());
    samples.point(list[Math.min(list.length - 1, Math.max(0, from + steps[event.key]))].time);
  }

  draw() {
    const pointed = samples.pointed();
    const shown = pointed ?? samples.latest();
    const { series, format } = this.#options;
    const texts = series.map(({ value }) => (shown ? format(value(shown)) : "–"));
    texts.forEach((text, index) => setText(this.#values[index], text));
    const when = pointed ? clock(new Date(pointed.time * 1000)) : "now";
    setText(this.#when, when);
    this.#plot.setAttribute("aria-valuenow", shown ? Math.round(shown.time - this.#end) : 0);
    this.#plot.setAttribute(
      "aria-valuetext", `${when}: ${series.map(({ name }, index) => `${name} ${texts[index]}`).join(", ")}`,
    );
    if (this.#inner > 0) this.#svg.replaceChildren(...this.#picture(pointed));
  }

  #picture(pointed) {
    const { series, lines, scale, label } = this.#options;
    const { width, height } = this.#box;
    const bottom = height - margin.bottom;
    const list = samples.all().filter((sample) => sample.time >= this.#end - samples.span);
    // What is drawn of each sample: the areas' upper edges, then the lines.
    const rows = list.map((sample) => {
      let below = 0;
      const edges = series.slice(0, lines).map(({ value }) => (below += value(sample) ?? 0));
      const rest = series.slice(lines).map(({ value, isRare }) => (isRare ? value(sample) || null : value(sample)));
      return { x: this.#x(sample.time), time: sample.time, values: [...edges, ...rest] };
    });
    const known = rows.flatMap(({ values }) => values.filter((value) => value != null));
    const axis = scale(known);
    const y = (value) => bottom - axis.place(value) * (bottom - margin.top);
    const parts = axis.ticks.flatMap((tick) => [
      shape("line", { class: "grid", x1: margin.left, x2: width - margin.right, y1: y(tick), y2: y(tick) }),
      shape("text", { x: margin.left - 6, y: y(tick) + 4, "text-anchor": "end" }, label(tick)),
    ]);
    const step = this.#inner < 360 ? 2 : 1;
    for (let minutes = 0; minutes * 60 <= samples.span; minutes += step) {
      const anchor = minutes === 0 ? "end" : minutes * 60 === samples.span ? "start" : "middle";
      parts.push(shape(
        "text", { x: this.#x(this.#end - minutes * 60), y: height - 5, "text-anchor": anchor },
        minutes === 0 ? "now" : `−${minutes} min`,
      ));
    }
    for (let index = lines - 1; index >= 0; index--) {
      const lower = ({ values }) => y(index > 0 ? values[index - 1] : 0);
      const areas = pieces(rows, index).map((piece) => {
        const upper = piece.map((row) => `${point(row.x)},${point(y(row.values[index]))}`);
        const back = piece.toReversed().map((row) => `${point(row.x)},${point(lower(row))}`);
        return `M${upper.join("L")}L${back.join("L")}Z`;
      });
      parts.push(shape("path", { class: `area s-${series[index].style}`, d: areas.join("") }));
    }
    for (let index = lines; index < series.length; index++) {
      // A lone sample is a dot.
      const paths = pieces(rows, index).map((piece) =>
        `M${piece.map((row) => `${point(row.x)},${point(y(row.values[index]))}`).join("L")}${piece.length === 1 ? "h0.01" : ""}`);
      parts.push(shape("path", { class: `line s-${series[index].style}`, "stroke-linecap": "round", d: paths.join("") }));
    }
    if (known.length === 0) {
      parts.push(shape("text", { class: "none", x: margin.left + this.#inner / 2, y: height / 2 }, this.#options.empty));
    }
    if (pointed) {
      const x = this.#x(pointed.time);
      parts.push(shape("line", { class: "cursor", x1: x, x2: x, y1: margin.top, y2: bottom }));
    }
    return parts;
  }
}

const point = (number) => Math.round(number * 10) / 10;

/** The runs of samples that follow each other and have a value. */
function pieces(rows, index) {
  const result = [];
  let last = null;
  for (const row of rows) {
    if (row.values[index] == null) {
      last = null;
      continue;
    }
    if (last == null || row.time - last > longestStep) result.push([]);
    result.at(-1).push(row);
    last = row.time;
  }
  return result;
}
