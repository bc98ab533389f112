import fc from "fast-check";
import { afterAll, beforeAll, describe, it, vi } from "vitest";

import { mapInSlices } from "../../src/platform/pauses.ts";

const wait = vi.fn((ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)));

// workerd's own, which Node has only as a module.
beforeAll(() => void vi.stubGlobal("scheduler", { wait }));
afterAll(() => void vi.unstubAllGlobals());

describe("mapInSlices", () => {
  it("maps like an array, whatever the sizes", async ({ expect }) => {
    const items = fc.array(fc.nat({ max: 20 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 9 }), async (weights, most) => {
        const map = (weight: number, at: number) => `${at}: ${weight}`;
        expect(await mapInSlices(weights, most, map, (weight) => weight)).toEqual(weights.map(map));
      }),
    );
  });

  it("lets everything else have the thread between slices of the weight", async ({ expect }) => {
    wait.mockClear();
    const pausesBefore: number[] = [];
    const note = () => pausesBefore.push(wait.mock.calls.length);
    await mapInSlices([1, 1, 1, 5, 0, 9, 1], 3, note, (weight) => weight);
    expect(pausesBefore).toEqual([0, 0, 0, 1, 2, 2, 3]);
  });

  it("holds the thread for no longer than one slice", async ({ expect }) => {
    const events: string[] = [];
    const redirects = setInterval(() => events.push("redirect"), 1);
    await mapInSlices([1, 2, 3, 4, 5, 6], 2, () => events.push("item"));
    clearInterval(redirects);
    expect(events.filter((event) => event === "item")).toHaveLength(6);
    expect(events.join(" ")).not.toContain("item item item");
  });
});
