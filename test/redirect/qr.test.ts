import { env } from "cloudflare:workers";
import { describe, it } from "vitest";

import { follow, recordingRedirect } from "../support/following.ts";
import { insertLink } from "../support/link-rows.ts";

const LOOK = JSON.stringify({ color: "#1a1a2e", bgColor: "#ffe4c4", useLogo: false, logo: null });

async function ask(path: string, init?: RequestInit<IncomingRequestCfProperties>) {
  const { redirect, clicks } = recordingRedirect();
  return { response: await follow(redirect, path, init), clicks };
}

describe("a link's QR code", () => {
  it("is an SVG in the link's colours that may run and load nothing", async ({ expect }) => {
    const { code } = await insertLink({ qr_settings: LOOK });
    const { response, clicks } = await ask(`/${code}/qr.svg?size=300`);
    expect(response.status).toBe(200);
    expect([...response.headers]).toEqual(
      expect.arrayContaining([
        ["cache-control", "public, max-age=300"],
        [
          "content-security-policy",
          "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'",
        ],
        ["content-type", "image/svg+xml; charset=utf-8"],
        ["x-content-type-options", "nosniff"],
        ["x-robots-tag", "noindex"],
      ]),
    );
    const svg = await response.text();
    expect(svg).toContain('width="300"');
    expect(svg).toContain("#1a1a2e");
    expect(svg).toContain(`<title>QR code: https://sign.test/${code}?qr=1</title>`);
    expect(clicks).toEqual([]);
  });

  it("is a PNG", async ({ expect }) => {
    const { code } = await insertLink();
    const { response } = await ask(`/${code}/qr.png`);
    expect(response.headers.get("Content-Type")).toBe("image/png");
    expect(response.headers.get("X-Content-Type-Options")).toBe("nosniff");
    expect(response.headers.get("X-Robots-Tag")).toBe("noindex");
    expect((await response.bytes()).slice(1, 4)).toEqual(new TextEncoder().encode("PNG"));
  });

  it("has no body for HEAD, and the same headers", async ({ expect }) => {
    const { code } = await insertLink();
    const head = await ask(`/${code}/qr.svg`, { method: "HEAD" });
    const get = await ask(`/${code}/qr.svg`);
    expect(head.response.body).toBeNull();
    expect([...head.response.headers]).toEqual([...get.response.headers]);
  });

  it.for(["63", "2049", "large", ""])(
    "is refused in the size %j, as a page or as JSON like every other answer here",
    async (size, { expect }) => {
      const { code } = await insertLink();
      const path = `/${code}/qr.png?size=${size}`;
      const page = (await ask(path)).response;
      expect(page.status).toBe(400);
      expect(page.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
      expect(await page.text()).toContain("size must be a whole number from 64 to 2048.");
      const json = (await ask(path, { headers: { Accept: "application/json" } })).response;
      expect(json.status).toBe(400);
      expect(json.headers.get("Cache-Control")).toBe("private, no-store");
      expect(json.headers.get("X-Robots-Tag")).toBe("noindex");
      expect(await json.json()).toEqual({
        code: "VALIDATION_ERROR",
        message:
          "The QR code cannot be drawn in this size. size must be a whole number from 64 to 2048.",
      });
    },
  );

  it("is not drawn for a deleted link, even if the isolate still has its record", async ({
    expect,
  }) => {
    const { id, code } = await insertLink();
    const { redirect } = recordingRedirect();
    await follow(redirect, `/${code}`);
    await env.DB.prepare("delete from links where id = ?").bind(id).run();
    const response = await follow(redirect, `/${code}/qr.svg`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("This link does not exist");
  });
});
