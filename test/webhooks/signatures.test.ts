/** Verifies our signatures as receivers do: by the reference library, and by PVTLNK's recipe. */

import { createHmac, timingSafeEqual } from "node:crypto";

import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, it } from "vitest";

import { utf8 } from "../../src/platform/bytes.ts";
import { DAY_MS } from "../../src/platform/clock.ts";
import { isSecret, newSecret } from "../../src/webhooks/secrets.ts";
import { signatureHeaders } from "../../src/webhooks/signing.ts";
import type { ReceivedPost } from "../support/received-post.ts";
import { newSubscriber, arrived } from "./client.ts";
import { handOver, newClock, worldAt, writeEvent } from "./driving.ts";

describe("signatures", () => {
  it("signatures with a generated secret pass the reference library and the Ruby recipe", async ({
    expect,
  }) => {
    const { webhook, box, call } = await newSubscriber();
    await call("POST", `/api/webhooks/${webhook.id}/test`, {});
    const post = only(await arrived(box));
    expect(new Webhook(webhook.secret).verify(post.body, { ...post.headers })).toBeTruthy();
    expect(rubyRecipe(webhook.secret, post)).toBe(true);
    expect(post.headers["x-pvtlnk-event"]).toBe("link.clicked");
    expect(post.headers["content-type"]).toBe("application/json");
    expect(post.headers["x-pvtlnk-signature-previous"]).toBeUndefined();
  });

  it("signatures with a secret of any text pass the reference library and the Ruby recipe", async ({
    expect,
  }) => {
    const secret = "correct horse ünïcode";
    const { webhook, box, call } = await newSubscriber({ secret });
    await call("POST", `/api/webhooks/${webhook.id}/test`, {});
    const post = only(await arrived(box));
    // As bytes, because the library would treat each character of a string as one byte.
    const raw = new Webhook(utf8(secret), { format: "raw" });
    expect(raw.verify(post.body, { ...post.headers })).toBeTruthy();
    expect(rubyRecipe(secret, post)).toBe(true);
  });

  it("a signature is refused when any part of the message was changed", async ({ expect }) => {
    const secret = newSecret();
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue(),
        fc.nat(),
        fc.integer({ min: 1, max: 94 }),
        async (value, at, by) => {
          const body = JSON.stringify(value);
          const signed = { eventId: "e1", event: "link.created", deliveryId: "d1", body };
          const headers = await signatureHeaders(signed, [secret], Date.now());
          const receiver = new Webhook(secret);
          expect(() => receiver.verify(body, headers)).not.toThrow();
          const bent = changed(body, at % body.length, by);
          expect(() => receiver.verify(bent, headers)).toThrow("No matching signature found");
          expect(rubyRecipe(secret, { headers: lower(headers), body: bent })).toBe(false);
          const renamed = { ...headers, "webhook-id": "e2" };
          expect(() => receiver.verify(body, renamed)).toThrow("No matching signature found");
          const other = new Webhook(newSecret());
          expect(() => other.verify(body, headers)).toThrow("No matching signature found");
        },
      ),
      { numRuns: 50 },
    );
  });

  it("a signature is refused later than five minutes after the attempt", async ({ expect }) => {
    const secret = newSecret();
    const signed = { eventId: "e1", event: "link.created", deliveryId: "d1", body: "{}" };
    const headers = await signatureHeaders(signed, [secret], Date.now() - 301_000);
    expect(() => new Webhook(secret).verify("{}", headers)).toThrow("too old");
  });
});

describe("a rotation", () => {
  it("after a rotation, both secrets sign for a day, and then the new one alone", async ({
    expect,
  }) => {
    const { webhook, box, call } = await newSubscriber();
    const rotated = await call<Record<string, string>>(
      "POST",
      `/api/webhooks/${webhook.id}/rotate-secret`,
    );
    expect(rotated.status).toBe(200);
    const { secret, previousSecretUntil } = rotated.body;
    expect(secret).toMatch(/^whsec_/);
    expect(Date.parse(previousSecretUntil ?? "") - Date.now()).toBeGreaterThan(DAY_MS - 60_000);

    const clock = newClock();
    await handOver(await writeEvent(webhook, clock()), worldAt(clock));
    const during = only(await arrived(box));
    for (const one of [webhook.secret, secret ?? ""]) {
      expect(new Webhook(one).verify(during.body, { ...during.headers })).toBeTruthy();
    }
    expect(rubyRecipe(secret ?? "", during)).toBe(true);
    expect(rubyRecipe(webhook.secret, during, "x-pvtlnk-signature-previous")).toBe(true);

    clock.pass(DAY_MS);
    await handOver(await writeEvent(webhook, clock()), worldAt(clock));
    const [, after] = await arrived(box, 2);
    expect(after?.headers["webhook-signature"]).toMatch(/^v1,[\w+/]{43}=$/);
    expect(after?.headers["x-pvtlnk-signature-previous"]).toBeUndefined();
    expect(rubyRecipe(secret ?? "", after ?? during)).toBe(true);
  });
});

describe("secrets", () => {
  it("a secret is random, and any text may be one", ({ expect }) => {
    const made = Array.from({ length: 100 }, newSecret);
    expect(new Set(made).size).toBe(100);
    expect(made.every(isSecret)).toBe(true);
    expect(["x", "whsec", "whsec-x"].map(isSecret)).toEqual([true, true, true]);
    const short = `whsec_${btoa("x".repeat(23))}`;
    const long = `whsec_${btoa("x".repeat(65))}`;
    expect(["whsec_", "whsec_%%", short, long].map(isSecret)).toEqual([false, false, false, false]);
  });
});

/**
 * PVTLNK's recipe: `expected = OpenSSL::HMAC.hexdigest("SHA256", webhook_secret, request.raw_post)`,
 * `provided = request.headers["X-PVTLNK-Signature"].sub("sha256=", "")`, then a secure comparison.
 */
function rubyRecipe(
  secret: string,
  { headers, body }: Pick<ReceivedPost, "headers" | "body">,
  header = "x-pvtlnk-signature",
): boolean {
  const expected = createHmac("sha256", secret).update(body).digest("hex");
  const provided = (headers[header] ?? "").replace("sha256=", "");
  return expected.length === provided.length && timingSafeEqual(utf8(expected), utf8(provided));
}

function only(posts: readonly ReceivedPost[]): ReceivedPost {
  const [post, ...others] = posts;
  if (post === undefined || others.length > 0) throw new Error(`${posts.length} posts came.`);
  return post;
}

/** Replaces one character. */
function changed(text: string, at: number, by: number): string {
  const code = text.charCodeAt(at);
  const other = String.fromCharCode(32 + ((code - 32 + by + 95) % 95));
  return text.slice(0, at) + (other === text[at] ? "\u0001" : other) + text.slice(at + 1);
}

function lower(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
