// An answer as a table of the page, with links for IRIs.
import { element, safe } from "./elements";
import type { Cell, Row } from "./run";
import { shorten } from "./terms";

export type Prefixes = Readonly<Record<string, string>>;

const NUMBERS = /#(integer|decimal|double|float|int|long)$/;

export function isNumber(cell: Cell | undefined): boolean {
  return cell !== undefined && NUMBERS.test(cell.datatype ?? "");
}

/** Return a cell as text: an IRI with its prefix, everything else as it is. */
export function words(cell: Cell | undefined, prefixes: Prefixes): string {
  if (!cell) return "";
  return cell.type === "uri" ? shorten(cell.value, prefixes) : cell.value;
}

/** Return a table in a region that scrolls; the first rows where there are too many to show at once. */
export function table(columns: readonly string[], rows: readonly Row[], prefixes: Prefixes, home: Home): HTMLElement {
  const numbers = columns.map((name) => {
    const cells = rows.map((row) => row[name]).filter((cell) => cell !== undefined);
    return cells.length > 0 && cells.every(isNumber);
  });
  const head = element("tr", {}, ...columns.map((name, place) => th(name, numbers[place] ?? false)));
  const body = rows.map((row) =>
    element("tr", {}, ...columns.map((name, place) => td(row[name], numbers[place] ?? false, prefixes, home))),
  );
  const made = element(
    "table",
    { class: "data" },
    element("caption", {}, "Answer"),
    element("thead", {}, head),
    element("tbody", {}, ...body),
  );
  return element("div", { class: "scroll", role: "region", "aria-label": "Answer", tabindex: "0" }, made);
}

/** Where the things of this graph are shown: their base IRI, and the path that stands for it here. */
export interface Home {
  readonly base: string;
  readonly root: string;
}

function th(name: string, number: boolean): HTMLElement {
  return element("th", number ? { scope: "col", class: "number" } : { scope: "col" }, name);
}

function td(cell: Cell | undefined, number: boolean, prefixes: Prefixes, home: Home): HTMLElement {
  const text = words(cell, prefixes);
  const here = cell?.type === "uri" && cell.value.startsWith(home.base);
  const href = here ? `${home.root}/${cell.value.slice(home.base.length)}` : cell?.type === "uri" ? safe(cell.value) : "";
  return element("td", number ? { class: "number" } : {}, href ? element("a", { href }, text) : text);
}
