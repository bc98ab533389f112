/**
 * Whether two values are the same JSON: the order of an object's fields does not matter, and an
 * undefined field is an absent one.
 */
export function isSameJson(one: unknown, other: unknown): boolean {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) {
    return one === other;
  }
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [left, right] = [new Map(Object.entries(one)), new Map(Object.entries(other))];
  const fields = new Set([...left.keys(), ...right.keys()]);
  return [...fields].every((field) => isSameJson(left.get(field), right.get(field)));
}
