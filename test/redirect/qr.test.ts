import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";

import { counted, envWith } from "../support/faults.ts";
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
    expect(response.headers.get("Referrer-Policy")).toBe("no-referrer");
    expect(response.headers.get("Content-Security-Policy")).toBe("sandbox; default-src 'none'");
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

describe("a QR code that was drawn before", () => {
  /** Asks with a redirect that knows the link, and counts the statements in D1. */
  async function asking(columns: Parameters<typeof insertLink>[0] = {}) {
    const link = await insertLink(columns);
    const { redirect } = recordingRedirect();
    await follow(redirect, `/${link.code}`);
    const d1 = counted(env.DB, "prepare");
    const environment = envWith({ DB: d1.binding });
    const get = async (path: string, from = "192.0.2.200") => {
      const init = { headers: { "CF-Connecting-IP": from } };
      const before = d1.calls();
      const response = await follow(redirect, `/${link.code}${path}`, init, environment);
      return { response, bytes: await response.bytes(), statements: d1.calls() - before };
    };
    /** Asks until the drawing is kept, which happens after the answer. */
    const getKept = (path: string, from?: string) =>
      vi.waitFor(async () => {
        const answer = await get(path, from);
        if (answer.statements > 0) throw new Error(`${path} was drawn again.`);
        return answer;
      });
    return { link, get, getKept };
  }

  it.for(["/qr.svg", "/qr.png", "/qr.png?size=2048"])(
    "is answered at %s without asking D1",
    async (path, { expect }) => {
      const { get, getKept } = await asking({ qr_settings: LOOK });
      const first = await get(path);
      const again = await getKept(path);
      expect(first.statements).toBe(1);
      expect(again.response.status).toBe(200);
      expect([...again.response.headers]).toEqual([...first.response.headers]);
      expect(again.bytes).toEqual(first.bytes);
    },
  );

  it("answers every size as SVG, and the sizes up to the next listed one as PNG", async ({
    expect,
  }) => {
    const { get, getKept } = await asking();
    await get("/qr.svg?size=100");
    const svg = await getKept("/qr.svg?size=333");
    expect(new TextDecoder().decode(svg.bytes)).toContain('width="333" height="333" viewBox');
    const png = await get("/qr.png?size=385");
    const other = await getKept("/qr.png?size=512");
    expect(other.bytes).toEqual(png.bytes);
    expect((await get("/qr.png?size=513")).statements).toBe(1);
  });

  it("is drawn anew for each version of the link", async ({ expect }) => {
    const { link, get } = await asking();
    const before = await get("/qr.svg");
    await env.DB.prepare("UPDATE links SET qr_settings = ?2, version = version + 1 WHERE id = ?1")
      .bind(link.id, LOOK)
      .run();
    await env.ROUTES.delete(`@/${link.code}`);
    const after = await follow(recordingRedirect().redirect, `/${link.code}/qr.svg`);
    expect(new TextDecoder().decode(before.bytes)).not.toContain("#1a1a2e");
    expect(await after.text()).toContain("#1a1a2e");
  });

  it("is no answer for a link that is gone", async ({ expect }) => {
    const { link, get, getKept } = await asking();
    await get("/qr.png");
    await getKept("/qr.png");
    await env.DB.prepare("UPDATE links SET is_active = 0 WHERE id = ?1").bind(link.id).run();
    await env.ROUTES.delete(`@/${link.code}`);
    const { redirect } = recordingRedirect();
    expect((await follow(redirect, `/${link.code}/qr.png`)).status).toBe(410);
  });

  it("is not counted, while one address may have only some codes drawn", async ({ expect }) => {
    const scanner = { headers: { "CF-Connecting-IP": "192.0.2.201", Accept: "application/json" } };
    const kept = await asking();
    await kept.get("/qr.png", "192.0.2.201");
    await kept.getKept("/qr.png", "192.0.2.201");
    const { link, get } = await asking();
    let refused: Response | null = null;
    // The limiter's minute may begin anew meanwhile.
    for (let n = 0; refused === null && n < 130; n += 1) {
      const { code } = n === 0 ? link : await insertLink();
      const answer = await follow(recordingRedirect().redirect, `/${code}/qr.svg`, scanner);
      if (answer.status === 429) refused = answer;
    }
    expect(refused?.headers.get("Retry-After")).toBe("60");
    expect(await refused?.json()).toMatchObject({ code: "RATE_LIMIT_EXCEEDED" });
    const again = await get("/qr.png", "192.0.2.201");
    expect([again.response.status, again.statements]).toEqual([429, 0]);
    expect((await kept.get("/qr.png", "192.0.2.201")).response.status).toBe(200);
    expect((await get("/qr.png", "192.0.2.202")).response.status).toBe(200);
  });
});
