/** Breaks one binding of an environment on purpose; the others stay real. */

import { env } from "cloudflare:workers";

/** Gives an environment with some bindings replaced. */
export function envWith(changes: Partial<Cloudflare.Env>): Cloudflare.Env {
  return { ...env, ...changes };
}

/** Gives a binding of which every method rejects. */
export function broken<T extends object>(binding: T): T {
  return new Proxy(binding, {
    get: () => () => {
      throw new Error("This binding is broken on purpose.");
    },
  });
}

/** Gives a binding of which one method is replaced. */
export function withMethod<T extends object, K extends keyof T>(
  binding: T,
  name: K,
  method: T[K],
): T {
  return new Proxy(binding, {
    get: (target, key) => {
      if (key === name) return method;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** Counts the calls of a binding's method and lets each through. */
export function counted<T extends object>(
  binding: T,
  name: keyof T,
): { readonly binding: T; calls(): number } {
  let calls = 0;
  const counting = new Proxy(binding, {
    get: (target, key) => {
      if (key === name) calls += 1;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { binding: counting, calls: () => calls };
}
