// Completion: prefixes with their line, classes, properties and concepts with label and count, variables, keywords.
import type { Completion, CompletionContext, CompletionResult, CompletionSource } from "@codemirror/autocomplete";
import { syntaxTree } from "@codemirror/language";
import type { EditorView } from "@codemirror/view";
import { declared, type Term, type Terms } from "./terms";

const KEYWORDS = (
  "ASC ASK AVG BASE BIND BOUND BY COALESCE CONCAT CONSTRUCT CONTAINS COUNT DESC DESCRIBE DISTINCT EXISTS FILTER FROM " +
  "GRAPH GROUP HAVING IF IN LANG LCASE LIMIT MAX MIN MINUS NAMED NOT OFFSET OPTIONAL ORDER PREFIX REGEX SELECT STR " +
  "STRSTARTS SUM UNION VALUES WHERE"
).split(" ");

/** Return the source of completions for a release. */
export function completing(terms: Terms): CompletionSource {
  const known = [
    ...options(terms.classes, "class"),
    ...options(terms.properties, "property"),
    ...options(terms.concepts, "constant"),
    ...Object.entries(terms.prefixes).map(([prefix, iri]) => option(`${prefix}:`, iri, "namespace", -10)),
  ].map((each) => ({ ...each, apply: inserting(terms) }));
  const keywords = KEYWORDS.map((label): Completion => ({ label, type: "keyword", boost: -5 }));
  return (context) => complete(context, known, keywords);
}

function complete(context: CompletionContext, known: Completion[], keywords: Completion[]): CompletionResult | null {
  if (isApart(context)) return null;
  const variable = context.matchBefore(/[?$]\w*/);
  if (variable) return { from: variable.from, options: variables(context, variable.from), validFor: /^[?$]\w*$/ };
  const word = context.matchBefore(/[\w-]+:?[\w.-]*|[\w-]*:[\w.-]*/);
  if (!word && !context.explicit) return null;
  const from = word ? word.from : context.pos;
  const before = context.state.sliceDoc(Math.max(0, from - 40), from);
  if (/\bPREFIX\s+$/i.test(before)) return null;
  const wanted = /(?:^|[\s;{])a\s+$/.test(before) ? known.filter((each) => each.type !== "property") : known;
  return { from, options: [...wanted, ...keywords], validFor: /^[\w-]*:?[\w.-]*$/ };
}

/** Say whether the cursor is in a comment, a string or an IRI, where nothing is completed. */
function isApart(context: CompletionContext): boolean {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  if (/comment|string|literal|iri_?ref/i.test(node.name)) return true;
  const line = context.state.doc.lineAt(context.pos);
  return /<[^<>\s]*$/.test(line.text.slice(0, context.pos - line.from));
}

function variables(context: CompletionContext, skip: number): Completion[] {
  const text = context.state.doc.toString();
  const names = new Set<string>();
  for (const found of text.matchAll(/[?$]\w+/g)) if (found.index !== skip) names.add(found[0]);
  return [...names].sort().map((label) => ({ label, type: "variable" }));
}

function options(terms: readonly Term[], type: string): Completion[] {
  return terms.filter(([name]) => !name.includes("://")).map(([name, label, count]) => {
    const detail = count === undefined ? label : `${label} ${count.toLocaleString("en")}`.trim();
    return option(name, detail, type, 0);
  });
}

function option(label: string, detail: string, type: string, boost: number): Completion {
  return { label, detail, type, boost };
}

/** Return what writes a name, and the PREFIX line that it needs where the query has none. */
function inserting(terms: Terms): (view: EditorView, chosen: Completion, from: number, to: number) => void {
  return (view, chosen, from, to) => {
    const prefix = chosen.label.slice(0, chosen.label.indexOf(":"));
    const missing = !declared(view.state.doc.toString()).has(prefix);
    const line = missing ? `PREFIX ${prefix}: <${terms.prefixes[prefix] ?? ""}>\n` : "";
    const start = missing ? head(view) : 0;
    const changes = [{ from, to, insert: chosen.label }];
    if (line) changes.unshift({ from: start, to: start, insert: line });
    view.dispatch({
      changes,
      selection: { anchor: from + line.length + chosen.label.length },
      userEvent: "input.complete",
      scrollIntoView: true,
    });
  };
}

/** Return where a PREFIX line goes: below comments and blank lines at the top, before the first other line. */
function head(view: EditorView): number {
  const doc = view.state.doc;
  for (let number = 1; number <= doc.lines; number += 1) {
    const line = doc.line(number);
    if (line.text.trim() && !line.text.trimStart().startsWith("#")) return line.from;
  }
  return 0;
}
