import { describe, it } from "vitest";

import { isPublicAddress } from "../../src/platform/addresses.ts";
import { checkTarget } from "../../src/platform/safe-fetch.ts";
import { fakeInternet } from "./fake-internet.ts";

/** The first and last address of each denied block, and its public neighbours where it has any. */
const BLOCKS_V4 = [
  ["0/8", ["0.0.0.0", "0.255.255.255"], ["1.0.0.0"]],
  ["10/8", ["10.0.0.0", "10.255.255.255"], ["9.255.255.255", "11.0.0.0"]],
  ["100.64/10", ["100.64.0.0", "100.127.255.255"], ["100.63.255.255", "100.128.0.0"]],
  ["127/8", ["127.0.0.0", "127.0.0.1", "127.255.255.255"], ["126.255.255.255", "128.0.0.0"]],
  ["169.254/16", ["169.254.0.0", "169.254.169.254"], ["169.253.255.255", "169.255.0.0"]],
  ["172.16/12", ["172.16.0.0", "172.31.255.255"], ["172.15.255.255", "172.32.0.0"]],
  ["192.0.0/24", ["192.0.0.0", "192.0.0.255"], ["191.255.255.255", "192.0.1.0"]],
  ["192.0.2/24", ["192.0.2.0", "192.0.2.255"], ["192.0.3.0"]],
  ["192.88.99/24", ["192.88.99.0", "192.88.99.255"], ["192.88.98.255", "192.88.100.0"]],
  ["192.168/16", ["192.168.0.0", "192.168.255.255"], ["192.167.255.255", "192.169.0.0"]],
  ["198.18/15", ["198.18.0.0", "198.19.255.255"], ["198.17.255.255", "198.20.0.0"]],
  ["198.51.100/24", ["198.51.100.0", "198.51.100.255"], ["198.51.99.255", "198.51.101.0"]],
  ["203.0.113/24", ["203.0.113.0", "203.0.113.255"], ["203.0.112.255", "203.0.114.0"]],
  ["224/4", ["224.0.0.0", "239.255.255.255"], ["223.255.255.255"]],
  ["240/4", ["240.0.0.0", "255.255.255.255"], []],
] as const;

const BLOCKS_V6 = [
  ["unspecified", ["::"], []],
  ["loopback", ["::1", "0:0:0:0:0:0:0:1"], []],
  ["v4-compatible", ["::7f00:1", "::8.8.8.8", "::ffff"], []],
  ["v4-mapped", ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1", "::FFFF:0A00:0001"], []],
  ["v4-translated", ["::ffff:0:127.0.0.1"], []],
  ["NAT64", ["64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1"], []],
  ["discard-only", ["100::", "100::1"], []],
  ["protocol assignments", ["2001::", "2001:1ff:ffff::"], ["2001:200::", "2000:ffff::"]],
  ["Teredo", ["2001:0:4136:e378:8000:63bf:3fff:fdd2"], []],
  ["benchmarks", ["2001:2::1"], []],
  ["ORCHID", ["2001:10::1", "2001:20::1"], []],
  ["documentation", ["2001:db8::", "2001:db8:ffff::1"], ["2001:db7:ffff::", "2001:db9::"]],
  ["6to4", ["2002::", "2002:7f00:1::", "2002:ffff::1"], ["2001:ffff::", "2003::"]],
  ["documentation, newer", ["3fff::", "3fff:fff:ffff::"], ["3ffe:ffff::", "3fff:1000::"]],
  ["SRv6", ["5f00::", "5f00:ffff::1"], []],
  ["unassigned", ["4000::", "1fff:ffff::"], ["2606:4700:4700::1111", "2a00:1450:4001::1"]],
  ["ULA", ["fc00::", "fd12:3456::1", "fdff:ffff::"], []],
  ["link-local", ["fe80::", "fe80::1", "febf:ffff::"], []],
  ["site-local", ["fec0::1"], []],
  ["multicast", ["ff00::", "ff02::1", "ffff::"], []],
] as const;

for (const [block, inside, outside] of BLOCKS_V4) {
  it(`refuses ${block} and not its neighbours`, async ({ expect }) => {
    const { policy, asked } = fakeInternet();
    for (const address of inside) {
      expect(isPublicAddress(address), address).toBe(false);
      const checked = await checkTarget(`https://${address}/`, policy);
      expect(checked).toEqual({ ok: false, error: "private_address" });
    }
    for (const address of outside) {
      expect(isPublicAddress(address), address).toBe(true);
      expect((await checkTarget(`https://${address}/`, policy)).ok).toBe(true);
    }
    expect(asked).toEqual([]);
  });
}

for (const [block, inside, outside] of BLOCKS_V6) {
  it(`refuses ${block} (IPv6) and not its neighbours`, async ({ expect }) => {
    const { policy, asked } = fakeInternet();
    for (const address of inside) {
      expect(isPublicAddress(address), address).toBe(false);
      const checked = await checkTarget(`https://[${address}]/`, policy);
      expect(checked).toEqual({ ok: false, error: "private_address" });
    }
    for (const address of outside) {
      expect(isPublicAddress(`[${address}]`), address).toBe(true);
      expect((await checkTarget(`https://[${address}]/`, policy)).ok).toBe(true);
    }
    expect(asked).toEqual([]);
  });
}

describe("an address in another notation", () => {
  const notations = [
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0X7F.1",
    "0x7f.0.0.1",
    "0177.0.0.01",
    "127.1",
    "127.0.1",
    "127.0.0.1.",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "%31%32%37.0.0.1",
    "0",
    "0x0",
    "3232235521",
    "0xa9fea9fe",
    "0xa9.0xfe.0xa9.0xfe",
    "169.254.43518",
  ];
  for (const hostname of notations) {
    it(`${hostname} is refused as the private address that it denotes`, async ({ expect }) => {
      const { policy } = fakeInternet();
      const checked = await checkTarget(`https://${hostname}/hook`, policy);
      expect(checked).toEqual({ ok: false, error: "private_address" });
    });
  }
});

describe("isPublicAddress", () => {
  for (const text of ["", "example.com", ":::", "1.2.3.4.5", "[::1", "8.8.8.8:53", "x:y"]) {
    it(`is false for ${JSON.stringify(text)}, which is not an address`, ({ expect }) => {
      expect(isPublicAddress(text)).toBe(false);
    });
  }
});
