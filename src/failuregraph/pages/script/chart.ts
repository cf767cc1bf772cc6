// A bar chart of an answer that has names and one number: drawn from the same rows as the table, which stays.
import { drawn, element } from "./elements";
import type { Row } from "./run";
import { isNumber, type Prefixes, words } from "./table";

const MOST = 40;
const LINE = 24;
const LEFT = 240;
const WIDTH = 420;
const LETTERS = 32;

/** Return a chart, or nothing where the answer has no name with a number of its own, or too many rows. */
export function chart(columns: readonly string[], rows: readonly Row[], prefixes: Prefixes): HTMLElement | null {
  const value = columns.find((name) => rows.length > 0 && rows.every((row) => isNumber(row[name])));
  const label = [...columns].reverse().find((name) => name !== value && !rows.some((row) => isNumber(row[name])));
  if (!value || !label || rows.length < 2 || rows.length > MOST) return null;
  const sizes = rows.map((row) => Number(row[value]?.value));
  const most = Math.max(...sizes);
  if (!(most > 0) || sizes.some((size) => !(size >= 0))) return null;
  const bars = rows.flatMap((row, place) => bar(words(row[label], prefixes) || "not bound", sizes[place] ?? 0, most, place));
  const height = rows.length * LINE + 8;
  const name = `Bars of ${value} by ${label}`;
  const attributes = { role: "img", class: "bars", width: `${LEFT + WIDTH + 90}`, height: `${height}` };
  const picture = drawn("svg", { ...attributes, "aria-label": `${name}; the table says the same.` }, ...bars);
  const region = element("div", { class: "scroll", role: "region", "aria-label": name, tabindex: "0" }, picture);
  return element("details", { class: "bars" }, element("summary", {}, name), region);
}

function bar(label: string, size: number, most: number, place: number): SVGElement[] {
  const top = place * LINE + 4;
  const middle = `${top + LINE / 2}`;
  const width = (size / most) * WIDTH;
  const cut = label.length > LETTERS ? `${label.slice(0, LETTERS - 1)}…` : label;
  return [
    drawn("text", { x: `${LEFT - 8}`, y: middle, "text-anchor": "end", "dominant-baseline": "central" }, cut),
    drawn("rect", { x: `${LEFT}`, y: `${top + 3}`, width: width.toFixed(1), height: `${LINE - 6}` }),
    drawn("text", { x: `${LEFT + width + 6}`, y: middle, "dominant-baseline": "central" }, size.toLocaleString("en")),
  ];
}
