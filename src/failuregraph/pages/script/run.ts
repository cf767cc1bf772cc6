// Asking the endpoint: one query at a time, which can be called off, and an answer or the reason why there is none.

export interface Cell {
  readonly type: string;
  readonly value: string;
  readonly datatype?: string;
  readonly "xml:lang"?: string;
}

export type Row = Readonly<Record<string, Cell>>;

export type Answer =
  | { readonly kind: "table"; readonly columns: readonly string[]; readonly rows: readonly Row[] }
  | { readonly kind: "truth"; readonly value: boolean }
  | { readonly kind: "graph"; readonly text: string };

/** A refusal as the endpoint words it (RFC 9457). */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly line: number,
    readonly column: number,
    readonly suggestion: string,
  ) {
    super(message);
  }
}

/** Return the answer to a query; throws a Refusal, or an AbortError where it was called off. */
export async function ask(address: string, query: string, signal: AbortSignal): Promise<Answer> {
  const reply = await fetch(address, {
    method: "POST",
    headers: { Accept: "application/sparql-results+json, text/turtle;q=0.9, application/problem+json;q=0.8" },
    body: new URLSearchParams({ query }),
    signal,
  });
  const type = (reply.headers.get("Content-Type") ?? "").split(";")[0] ?? "";
  if (!reply.ok) throw refusal(type, await reply.text(), reply.status);
  if (type === "text/turtle") return { kind: "graph", text: await reply.text() };
  const found = (await reply.json()) as {
    boolean?: boolean;
    head: { vars?: string[] };
    results?: { bindings: Row[] };
  };
  if (found.boolean !== undefined) return { kind: "truth", value: found.boolean };
  return { kind: "table", columns: found.head.vars ?? [], rows: found.results?.bindings ?? [] };
}

function refusal(type: string, body: string, status: number): Refusal {
  if (!type.endsWith("json")) return new Refusal(body.trim() || `The endpoint answers ${status}.`, 0, 0, "");
  const told = JSON.parse(body) as { detail?: string; line?: number; column?: number; suggestion?: string };
  return new Refusal(told.detail ?? `The endpoint answers ${status}.`, told.line ?? 0, told.column ?? 0, told.suggestion ?? "");
}
