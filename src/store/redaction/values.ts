import { marker, type Finder, type Span } from "./marker.ts";

/** Finds given values, as they are and as they stand in JSON and in addresses. */
export function valueFinders(values: readonly string[]): readonly Finder[] {
  const forms = values.flatMap((value) => [value, JSON.stringify(value).slice(1, -1), encoded(value)]);
  const wanted = new Set(forms.filter((form) => form.length >= leastSecret && !marker(kind).includes(form)));
  return [...wanted].map((value) => (text) => placesOf(text, value));
}

/** The length of the least secret. A shorter one would be found in too many texts in which it is none. */
export const leastSecret = 8;

const kind = "secret of the environment";

function* placesOf(text: string, value: string): Generator<Span> {
  for (let start = text.indexOf(value); start !== -1;) {
    const end = start + value.length;
    yield { start, end, kind };
    start = text.indexOf(value, end);
  }
}

function encoded(value: string): string {
  try {
    return encodeURIComponent(value);
  } catch {
    // Half of a character cannot be written in an address.
    return value;
  }
}
