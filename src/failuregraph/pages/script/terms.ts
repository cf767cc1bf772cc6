// What the editor completes: the one address that holds it, and how a term becomes text.

/** A name, its label, and how often the data have it. */
export type Term = readonly [name: string, label: string, count?: number];

export interface Terms {
  readonly prefixes: Readonly<Record<string, string>>;
  readonly classes: readonly Term[];
  readonly properties: readonly Term[];
  readonly concepts: readonly Term[];
}

/** Return the terms of the release; a failure is the caller's to tell. */
export async function fetchTerms(address: string): Promise<Terms> {
  const reply = await fetch(address);
  if (!reply.ok) throw new Error(`${address} answers ${reply.status}.`);
  return (await reply.json()) as Terms;
}

/** Return the prefixes that a query declares. */
export function declared(text: string): Set<string> {
  return new Set([...text.matchAll(/\bPREFIX\s+([\w-]*):/gi)].map((found) => found[1] ?? ""));
}

/** Return the IRI as prefix and local name where a prefix allows it, else as it is. */
export function shorten(iri: string, prefixes: Readonly<Record<string, string>>): string {
  let best = iri;
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    const local = iri.startsWith(namespace) ? iri.slice(namespace.length) : "";
    if (local && !/[/#]/.test(local)) best = `${prefix}:${local}`;
  }
  return best;
}
