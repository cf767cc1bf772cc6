// The editor: CodeMirror in a shadow root, so that its style sheet is adopted and the policy of the page stays strict.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab, isolateHistory } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, lintGutter, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { sparql } from "codemirror-lang-sparql";
import { completing } from "./completion";
import type { Terms } from "./terms";

/** The colours are those of the page; what differs by colour differs by weight or slant as well. */
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "700" },
  { tag: [tags.comment, tags.lineComment], color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.string, tags.literal, tags.number, tags.url, tags.annotation], color: "var(--quiet)" },
  { tag: [tags.variableName, tags.special(tags.variableName)], fontWeight: "700" },
]);

const look = EditorView.theme({
  "&": {
    color: "var(--ink)",
    backgroundColor: "var(--paper)",
    border: "1px solid var(--quiet)",
    borderRadius: ".25rem",
    fontSize: ".875rem",
    resize: "vertical",
    overflow: "hidden",
    height: "22rem",
    minHeight: "8rem",
  },
  "&.cm-focused": { outline: "3px solid var(--accent)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, 'Cascadia Code', Menlo, Consolas, monospace", lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--wash)", color: "var(--quiet)", borderRight: "1px solid var(--rule)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--wash) 60%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 30%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "transparent", outline: "1px solid var(--accent)" },
  ".cm-tooltip": { backgroundColor: "var(--paper)", color: "var(--ink)", border: "1px solid var(--quiet)" },
  ".cm-tooltip-autocomplete > ul": { maxWidth: "min(95vw, 40rem)", fontFamily: "inherit" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--paper)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "1", marginLeft: "1rem" },
  // The package draws both with pictures in data: addresses, which the policy of the page does not load.
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--accent)" },
  ".cm-lint-marker-error": { content: "normal", color: "var(--accent)", fontWeight: "700", textAlign: "center" },
  ".cm-lint-marker-error::before": { content: "'!'" },
  ".cm-diagnostic-error": { borderLeft: "4px solid var(--accent)" },
});

/**
 * Typing over a selection is done here and not by the browser: Chromium keeps the look of what it deletes in a style
 * attribute, which the policy of the page blocks and reports.
 */
const typing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { from, to } = view.state.selection.main;
    const text = event.inputType === "insertText" ? event.data : null;
    if (text === null || view.composing || from === to) return false;
    const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: "input.type" });
    const isDone = view.state.facet(EditorView.inputHandler).some((each) => each(view, from, to, text, insert));
    if (!isDone) view.dispatch(insert());
    return true;
  },
});

/** An editor that stands in for a textarea, which stays what the form sends. */
export class Editor {
  private readonly completion = new Compartment();
  private readonly view: EditorView;

  constructor(private readonly area: HTMLTextAreaElement, run: () => void) {
    const host = document.createElement("div");
    host.className = "editor";
    const root = host.attachShadow({ mode: "open" });
    this.view = new EditorView({ parent: root, root, state: this.state(run) });
    area.after(host);
    area.hidden = true;
    document.querySelector(`label[for="${area.id}"]`)?.addEventListener("click", () => this.view.focus());
  }

  private state(run: () => void): EditorState {
    return EditorState.create({
      doc: this.area.value,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        closeBrackets(),
        indentUnit.of("  "),
        sparql(),
        syntaxHighlighting(colours),
        this.completion.of(autocompletion({ override: [] })),
        look,
        typing,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({
          "aria-label": "SPARQL query. Tab indents; Escape and then Tab leaves the editor.",
          tabindex: "0",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) this.area.value = update.state.doc.toString();
        }),
        keymap.of([
          { key: "Mod-Enter", run: () => (run(), true) },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...defaultKeymap,
          ...historyKeymap,
          indentWithTab,
        ]),
      ],
    });
  }

  get text(): string {
    return this.view.state.doc.toString();
  }

  /** Put a text into the editor as one change, so that undoing brings back what stood there. */
  replace(text: string): void {
    this.view.dispatch({
      changes: { from: 0, to: this.view.state.doc.length, insert: text },
      selection: { anchor: 0 },
      annotations: isolateHistory.of("full"),
    });
    this.view.focus();
  }

  complete(terms: Terms): void {
    const source = autocompletion({ override: [completing(terms)], maxRenderedOptions: 60 });
    this.view.dispatch({ effects: this.completion.reconfigure(source) });
  }

  /** Mark the place of an error; line and column count from 1. */
  mark(line: number, column: number, message: string): void {
    const doc = this.view.state.doc;
    const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const from = Math.min(found.from + Math.max(column - 1, 0), found.to);
    // The word at the place; behind the last word of a line, the line as far as it goes.
    const word = /^[^\s{}()[\];,]+/.exec(doc.sliceString(from, found.to))?.[0] ?? doc.sliceString(from, found.to);
    const fault: Diagnostic = { from, to: from + word.length, severity: "error", message };
    this.view.dispatch(setDiagnostics(this.view.state, [fault]));
  }

  unmark(): void {
    this.view.dispatch(setDiagnostics(this.view.state, []));
  }

  /** Put the cursor at a place and show it. */
  visit(line: number, column: number): void {
    const doc = this.view.state.doc;
    const found = doc.line(Math.min(Math.max(line, 1), doc.lines));
    const anchor = Math.min(found.from + Math.max(column - 1, 0), found.to);
    this.view.dispatch({ selection: { anchor }, scrollIntoView: true });
    this.view.focus();
  }
}
