/** Bindings that count what they would be billed for, and let each call through. */

import { queueOperationsOf, type Operations } from "../operations.ts";

/** A KV namespace in memory: what it costs is the number of calls, whoever answers them. */
export function meteredRoutes(
  counted: Operations,
  stored: (key: string) => string | null,
): KVNamespace {
  const written = new Map<string, string | null>();
  const routes = {
    get(key: string) {
      counted.kvReads += 1;
      const own = written.get(key);
      return Promise.resolve(own === undefined ? stored(key) : own);
    },
    put(key: string, value: string) {
      counted.kvWrites += 1;
      written.set(key, value);
      return Promise.resolve();
    },
    delete(key: string) {
      counted.kvWrites += 1;
      written.set(key, null);
      return Promise.resolve();
    },
  };
  return routes as KVNamespace;
}

const SENT: QueueSendResponse = {
  metadata: { metrics: { backlogCount: 0, backlogBytes: 0, oldestMessageTimestamp: new Date(0) } },
};

/** A queue that keeps the bodies that are sent to it. */
export function meteredQueue(counted: Operations, sent: string[]): Queue {
  const queue = {
    send(body: unknown) {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const bytes = new TextEncoder().encode(text).length;
      counted.messages += 1;
      counted.messageBytes += bytes;
      counted.queueOperations += queueOperationsOf(bytes);
      sent.push(text);
      return Promise.resolve(SENT);
    },
  };
  return queue as Queue;
}

interface QueryAnswer {
  readonly meta?: { readonly rows_read?: number; readonly rows_written?: number };
}

/** A D1 database over the same transport: each of its requests is a round trip, and tells its rows. */
export function meteredDatabase(db: D1Database, counted: Operations): D1Database {
  const { fetcher, constructor: Database } = db as unknown as {
    readonly fetcher: Fetcher;
    readonly constructor: new (fetcher: Pick<Fetcher, "fetch">) => D1Database;
  };
  return new Database({
    async fetch(input, init) {
      const response = await fetcher.fetch(input, init);
      const answer: QueryAnswer | readonly QueryAnswer[] = await response.clone().json();
      counted.d1Trips += 1;
      for (const { meta } of [answer].flat()) {
        counted.d1RowsRead += meta?.rows_read ?? 0;
        counted.d1RowsWritten += meta?.rows_written ?? 0;
      }
      return response;
    },
  });
}

/** A namespace of objects whose every call is counted, whatever its name. */
export function meteredObjects<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
  counted: Operations,
): DurableObjectNamespace<T> {
  const counting = <Stub extends object>(stub: Stub): Stub =>
    new Proxy(stub, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        return (...args: unknown[]): unknown => {
          counted.objectRequests += 1;
          // A stub's methods are made on the spot, so they are called on the stub and not bound.
          return Reflect.apply(member, target, args);
        };
      },
    });
  return new Proxy(namespace, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]): unknown => {
        const given: unknown = Reflect.apply(member, target, args);
        return name === "getByName" || name === "get" ? counting(given as object) : given;
      };
    },
  });
}
