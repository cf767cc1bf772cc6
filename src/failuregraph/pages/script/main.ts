// Makes more of the query page: an editor in the place of the textarea, and answers without leaving the page.
import { Editor } from "./editor";
import { element } from "./elements";
import { address, count, refused, shown } from "./outcome";
import { ask, Refusal } from "./run";
import { fetchTerms, type Terms } from "./terms";

class Page {
  private readonly editor: Editor;
  private readonly status = element("span", { role: "status", class: "quiet", id: "status" });
  private readonly clock = element("span", { "aria-hidden": "true", class: "quiet", id: "clock" });
  private readonly stop = element("button", { type: "button", id: "cancel" }, "Cancel") as HTMLButtonElement;
  private running: AbortController | null = null;
  private terms: Terms = { prefixes: {}, classes: [], properties: [], concepts: [] };

  constructor(
    private readonly form: HTMLFormElement,
    private readonly outcome: HTMLElement,
    area: HTMLTextAreaElement,
    private readonly format: HTMLSelectElement,
  ) {
    this.editor = new Editor(area, () => this.form.requestSubmit());
    this.stop.hidden = true;
    this.form.querySelector("#run")?.after(this.stop);
    this.form.append(this.below());
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.stop.addEventListener("click", () => this.running?.abort());
    for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-example]")) {
      link.addEventListener("click", (event) => void this.take(event, link));
    }
    const { line, column, fault } = form.dataset;
    if (line) this.editor.mark(Number(line), Number(column), fault ?? "");
  }

  private below(): HTMLElement {
    const hint = "Ctrl+Enter runs the query. Tab indents; Esc, then Tab leaves the editor.";
    return element("p", { class: "hint" }, this.status, " ", this.clock, " ", hint);
  }

  async load(): Promise<void> {
    this.terms = await fetchTerms(this.form.dataset["terms"] ?? "");
    this.editor.complete(this.terms);
  }

  private async take(event: Event, link: HTMLAnchorElement): Promise<void> {
    event.preventDefault();
    const reply = await fetch(link.dataset["example"] ?? "");
    if (!reply.ok) {
      window.location.assign(link.href);
      return;
    }
    this.editor.unmark();
    this.editor.replace((await reply.text()).trimEnd());
  }

  /** Answer here what is to be shown here; every other format is left to the form. */
  private submit(event: Event): void {
    if (this.format.value !== "html") return;
    event.preventDefault();
    void this.run();
  }

  private async run(): Promise<void> {
    this.running?.abort();
    const running = new AbortController();
    this.running = running;
    const [query, started] = [this.editor.text, performance.now()];
    const seconds = () => (performance.now() - started) / 1000;
    this.begin();
    const timer = window.setInterval(() => this.tick(seconds()), 100);
    try {
      const answer = await ask(this.form.action, query, running.signal);
      const asked = { action: this.form.action, query, target: Number(this.form.dataset["target"]) };
      const home = { base: this.base(), root: this.form.dataset["root"] ?? "" };
      this.outcome.replaceChildren(...shown(answer, asked, seconds(), this.terms.prefixes, home));
      this.share(query, asked.target);
      this.status.textContent = answer.kind === "table" ? `${count(answer.rows.length, "row")}.` : "Answered.";
    } catch (error) {
      if (this.running === running) this.fail(error, seconds());
    } finally {
      window.clearInterval(timer);
      if (this.running === running) this.end();
    }
  }

  private begin(): void {
    this.editor.unmark();
    this.stop.hidden = false;
    this.status.textContent = "Running.";
  }

  private tick(seconds: number): void {
    this.clock.textContent = `${seconds.toFixed(1)} of ${this.form.dataset["deadline"]} seconds`;
  }

  private end(): void {
    this.running = null;
    this.stop.hidden = true;
    this.clock.textContent = "";
  }

  private fail(error: unknown, seconds: number): void {
    if (error instanceof DOMException && error.name === "AbortError") {
      this.status.textContent = `Cancelled after ${seconds.toFixed(1)} seconds.`;
      return;
    }
    this.status.textContent = "Not answered.";
    if (error instanceof Refusal && error.line > 0) this.editor.mark(error.line, error.column, error.message);
    this.outcome.replaceChildren(...refused(error, (line, column) => this.editor.visit(line, column)));
  }

  /** Put the query into the address of the page, where the address is not too long. */
  private share(query: string, target: number): void {
    const link = address(new URL(this.form.action).pathname, query, "html");
    if (link.length <= target) window.history.replaceState(null, "", link);
  }

  /** The base of this graph's IRIs, which the prefix of incidents begins with. */
  private base(): string {
    return (this.terms.prefixes["incident"] ?? "\u0000").replace(/incident\/$/, "");
  }
}

const form = document.querySelector<HTMLFormElement>("#ask");
const outcome = document.querySelector<HTMLElement>("#outcome");
const area = document.querySelector<HTMLTextAreaElement>("#query");
const format = document.querySelector<HTMLSelectElement>("#format");
if (form && outcome && area && format) {
  const page = new Page(form, outcome, area, format);
  page.load().catch((error: unknown) => console.warn("There is no completion:", error));
}
