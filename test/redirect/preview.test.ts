import { describe, it } from "vitest";

import { follow, recordingRedirect } from "../support/following.ts";
import { insertLink } from "../support/link-rows.ts";

describe("the preview of a link", () => {
  it("is JSON for programs that ask for it", async ({ expect }) => {
    const { code } = await insertLink({ destination_url: "https://example.com/a?b=1" });
    const { redirect, clicks } = recordingRedirect();
    const Accept = "application/json";
    const response = await follow(redirect, `/${code}+`, { headers: { Accept } });
    expect(response.status).toBe(200);
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(response.headers.get("Cache-Control")).toBe("private, no-store");
    expect(await response.json()).toEqual({ destinationUrl: "https://example.com/a?b=1" });
    const head = await follow(redirect, `/${code}+`, { method: "HEAD", headers: { Accept } });
    expect([head.headers.get("Content-Type"), await head.text()]).toEqual(["application/json", ""]);
    expect(clicks).toEqual([]);
  });

  it.for([
    ["https://example.com:8443/x", "Continue to example.com:8443"],
    ["tel:+15551234567", "Call +15551234567"],
    ["sms:+15551234567?body=Hi", "Send a message to +15551234567"],
    ["mailto:info@example.com?subject=Hello", "Write to info@example.com"],
    ["mailto:?to=info@example.com", "Write an e-mail"],
    ["spotify:track:4uLU6hMCjMI75M1A2tKUQC", "Open the app for spotify links"],
    ["whatsapp://send?text=Hi", "Open the app for whatsapp links"],
  ] as const)("names its link to %s", async ([destination, label], { expect }) => {
    const { code } = await insertLink({ destination_url: destination });
    const html = await (await follow(recordingRedirect().redirect, `/${code}+`)).text();
    expect(html).toContain(`<a rel="nofollow" href="${destination}">${label}</a>`);
  });
});
