// What stands below the form: the answer with its downloads, or the reason why there is none.
import { chart } from "./chart";
import { element } from "./elements";
import { type Answer, Refusal } from "./run";
import { type Home, type Prefixes, table } from "./table";

const FORMATS: Readonly<Record<Answer["kind"], readonly (readonly [string, string])[]>> = {
  table: [
    ["json", "JSON"],
    ["xml", "XML"],
    ["csv", "CSV"],
    ["csv-excel", "CSV for Excel"],
    ["tsv", "TSV"],
  ],
  truth: [
    ["json", "JSON"],
    ["xml", "XML"],
  ],
  graph: [
    ["ttl", "Turtle"],
    ["nt", "N-Triples"],
    ["jsonld", "JSON-LD"],
    ["rdf", "RDF/XML"],
  ],
};
/** More rows than this are not put into the page; the downloads have them all. */
const SHOWN = 1000;

/** The address of a query, here, in a format. */
export function address(action: string, query: string, format: string): string {
  return `${action}?${new URLSearchParams({ query, format })}`;
}

export interface Asked {
  readonly action: string;
  readonly query: string;
  /** The longest address that the endpoint takes. */
  readonly target: number;
}

/** Return the answer as parts of the page. */
export function shown(answer: Answer, asked: Asked, seconds: number, prefixes: Prefixes, home: Home): Node[] {
  const parts: Node[] = [element("h2", { id: "answer" }, "Answer"), about(answer, asked, seconds)];
  if (answer.kind === "truth") return [...parts, element("p", { class: "lead" }, answer.value ? "yes" : "no")];
  if (answer.kind === "graph") {
    const text = element("code", {}, answer.text);
    return [...parts, element("pre", { tabindex: "0", "aria-label": "Answer" }, text)];
  }
  if (answer.rows.length === 0) {
    const sentence = "No rows: nothing in the graph fits the query. A name that is misspelt fits nothing.";
    return [...parts, element("p", { class: "empty" }, sentence)];
  }
  const drawing = chart(answer.columns, answer.rows, prefixes);
  if (drawing) parts.push(drawing);
  parts.push(table(answer.columns, answer.rows.slice(0, SHOWN), prefixes, home));
  if (answer.rows.length > SHOWN) {
    parts.push(element("p", { class: "quiet" }, `The first ${SHOWN.toLocaleString("en")} rows; the downloads have all.`));
  }
  return parts;
}

function about(answer: Answer, asked: Asked, seconds: number): HTMLElement {
  const rows = answer.kind === "table" ? `${count(answer.rows.length, "row")}, ` : "";
  const line = element("p", { class: "sources" }, `${rows}${seconds.toFixed(2)} seconds. `);
  const share = address(asked.action, asked.query, "html");
  if (share.length > asked.target) {
    line.append(" The query is too long for an address: programs send it by POST.");
    return line;
  }
  line.append(element("a", { href: share, id: "share" }, "Link to this query"));
  for (const [format, name] of FORMATS[answer.kind]) {
    line.append(" ", element("a", { href: address(asked.action, asked.query, format) }, name));
  }
  return line;
}

export function count(number: number, word: string): string {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}

/** Return why there is no answer, with a button to the place where one is known. */
export function refused(error: unknown, visit: (line: number, column: number) => void): Node[] {
  const message = error instanceof Error ? error.message : String(error);
  const box = element("div", { class: "refusal", role: "alert", id: "fault" });
  box.append(element("p", {}, element("strong", {}, message)));
  if (error instanceof Refusal && error.line > 0) {
    const button = element("button", { type: "button" }, `Go to line ${error.line}`);
    button.addEventListener("click", () => visit(error.line, error.column));
    box.append(element("p", {}, button));
  }
  return [box];
}
