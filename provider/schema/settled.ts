import * as pulumi from "@pulumi/pulumi";

/** What is known of an Output: its value, which may hold further Outputs, and whether that is a secret. */
export interface Noted {
  known: boolean;
  value: unknown;
  secret: boolean;
}

interface Peeked {
  value: unknown;
  secret: boolean;
}

const noted = new WeakMap<object, Noted>();

/**
 * Notes what an Output holds. The engine calls the plugin only once inputs are resolved, so in an update all values are known and in a
 * preview most: what is known is checked with everything else, before anything is made.
 */
export function note<O extends pulumi.Output<unknown>>(output: O, facts: Noted): O {
  noted.set(output, facts);
  return output;
}

/** What was noted of an Output; of any other it is not known what it holds. */
export const notedOf = (output: pulumi.Output<unknown>): Noted =>
  noted.get(output) ?? { known: false, value: undefined, secret: false };

/** A value as a secret Output, of which it stays known what it holds. */
export const secretOf = (value: unknown): pulumi.Output<unknown> =>
  note(pulumi.secret(value), { known: true, value, secret: true });

/** A value with its known Outputs replaced by what they hold, and whether one of them is secret. Unknown Outputs stay. */
export function peek(value: unknown): Peeked {
  return look(value, () => true);
}

/** The same, but secret Outputs stay too: for what may say in an error what it saw. */
export function peekOpen(value: unknown): unknown {
  return look(value, ({ secret }) => !secret).value;
}

/** An asset, an archive or a resource is itself, whatever it is made of. */
function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return Array.isArray(value) || prototype === Object.prototype || prototype === null;
}

function look(value: unknown, take: (facts: Noted) => boolean): Peeked {
  if (pulumi.Output.isInstance(value)) {
    const facts = notedOf(value);
    if (!facts.known || !take(facts)) return { value, secret: facts.secret };
    const inner = look(facts.value, take);
    return { value: inner.value, secret: facts.secret || inner.secret };
  }
  if (!isPlain(value)) return { value, secret: false };
  const parts = Object.entries(value).map(([key, item]) => [key, look(item, take)] as const);
  const secret = parts.some(([, part]) => part.secret);
  if (Array.isArray(value)) return { value: parts.map(([, part]) => part.value), secret };
  return { value: Object.fromEntries(parts.map(([key, part]) => [key, part.value])), secret };
}
