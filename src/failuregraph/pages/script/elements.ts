// Elements from values: text is set as text and never read as markup.

type Attributes = Readonly<Record<string, string>>;

export function element(name: string, attributes: Attributes = {}, ...children: (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export function drawn(name: string, attributes: Attributes = {}, ...children: (Node | string)[]): SVGElement {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** Return an address that a link may lead to, or nothing: http and https alone. */
export function safe(address: string): string {
  return /^https?:\/\//i.test(address) ? address : "";
}
