/** The client's verification of webhooks takes what we send, and nothing else. */

import fc from "fast-check";
import { describe, it } from "vitest";

import { verifyWebhook } from "../../clients/typescript/src/webhooks.ts";
import { signatureHeaders } from "../../src/webhooks/signing.ts";
import { newSubscriber, arrived } from "./client.ts";

const SCHEMES = ["standard", "pvtlnk"] as const;
const EVENT = { id: "e1", event: "link.created", timestamp: "", version: "1.0", data: {} };
const SIGNED = {
  eventId: "e1",
  event: "link.created",
  deliveryId: "d1",
  body: JSON.stringify(EVENT),
};
const SECRETS = ["whsec_bm90IGEgc2VjcmV0LCAyNCBieXRlcyEh", "correct horse ünïcode"] as const;

async function signed(secrets: readonly [string, string?], ageSeconds = 0) {
  const headers = await signatureHeaders(SIGNED, secrets, Date.now() - ageSeconds * 1000);
  return { headers, body: SIGNED.body };
}

describe.for(SCHEMES)("by the scheme %s", (scheme) => {
  it("a delivery passes as it arrives", async ({ expect }) => {
    const { webhook, box, call } = await newSubscriber();
    await call("POST", `/api/webhooks/${webhook.id}/test`, {});
    const [post] = await arrived(box);
    if (post === undefined) throw new Error("Nothing arrived.");
    const { secret } = webhook;
    const event = await verifyWebhook({ secret, scheme, headers: post.headers, body: post.body });
    expect(event).toEqual(JSON.parse(post.body));
    const bytes = new TextEncoder().encode(post.body);
    const headers = new Headers(post.headers as Record<string, string>);
    expect(await verifyWebhook({ secret, scheme, headers, body: bytes })).toEqual(event);
  });

  it.for(SECRETS)("the secret %s passes, also while it is replaced", async (secret, { expect }) => {
    const now = await signed([secret]);
    expect(await verifyWebhook({ secret, scheme, ...now })).toEqual(EVENT);
    const rotated = await signed(["another secret of some length", secret]);
    expect(await verifyWebhook({ secret, scheme, ...rotated })).toEqual(EVENT);
  });

  it("any other secret, body or signature is refused", async ({ expect }) => {
    const [secret] = SECRETS;
    const { headers, body } = await signed([secret]);
    const refused = { name: "SignpostError", code: "WEBHOOK_SIGNATURE", status: 0 };
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.nat(body.length - 1), async (other, at) => {
        const bent = `${body.slice(0, at)}\u0001${body.slice(at + 1)}`;
        const named = scheme === "standard" ? "webhook-signature" : "X-PVTLNK-Signature";
        const wrong = [
          { secret: other, headers, body },
          { secret, headers, body: bent },
          { secret, headers: { ...headers, [named]: other }, body },
          { secret, headers: { ...headers, [named]: `v1,${other}` }, body },
        ];
        for (const message of wrong) {
          await expect(verifyWebhook({ scheme, ...message })).rejects.toMatchObject(refused);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe("by the scheme of Standard Webhooks", () => {
  it("a message is refused that is too old, from the future, or has no time", async ({
    expect,
  }) => {
    const [secret] = SECRETS;
    const refused = { name: "SignpostError", code: "WEBHOOK_TIMESTAMP" };
    for (const age of [310, -310]) {
      await expect(
        verifyWebhook({ secret, ...(await signed([secret], age)) }),
      ).rejects.toMatchObject(refused);
    }
    const old = await signed([secret], 310);
    expect(await verifyWebhook({ secret, tolerance: 600, ...old })).toEqual(EVENT);
    const { headers, body } = await signed([secret]);
    for (const time of ["", "NaN", "-1", "1e99"]) {
      const message = { secret, headers: { ...headers, "webhook-timestamp": time }, body };
      await expect(verifyWebhook(message)).rejects.toMatchObject(refused);
    }
  });

  it("a message is refused that has the signature of the body alone", async ({ expect }) => {
    const [secret] = SECRETS;
    const { headers, body } = await signed([secret]);
    const { "webhook-signature": _, ...others } = headers;
    await expect(verifyWebhook({ secret, headers: others, body })).rejects.toMatchObject({
      code: "WEBHOOK_SIGNATURE",
    });
  });
});
