/**
 * Decides which images may be the logo of a QR code: PNG, JPEG and WebP, recognised by their first
 * bytes and not by their declared type. Never SVG, which can contain scripts and external
 * addresses.
 */

import { err, ok, type Result } from "../../platform/result.ts";

export const LOGO_BYTES_MAX = 100 * 1024;

export type LogoType = "image/png" | "image/jpeg" | "image/webp";

export interface Logo {
  readonly type: LogoType;
  readonly bytes: Uint8Array;
}

export type LogoProblem = "not_base64" | "not_an_image" | "too_large";

const DATA_URL = /^data:image\/(?:png|jpe?g|webp);base64,/i;
const BASE64_LENGTH_MAX = Math.ceil(LOGO_BYTES_MAX / 3) * 4;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const RIFF = [0x52, 0x49, 0x46, 0x46];
const WEBP = [0x57, 0x45, 0x42, 0x50];

/** Parses a base64 data URL of an image; its type follows from its bytes. */
export function parseLogo(dataUrl: string): Result<Logo, LogoProblem> {
  const head = DATA_URL.exec(dataUrl)?.[0];
  if (head === undefined) return err("not_an_image");
  if (dataUrl.length - head.length > BASE64_LENGTH_MAX) return err("too_large");
  try {
    return acceptLogo(
      Uint8Array.from(atob(dataUrl.slice(head.length)), (char) => char.charCodeAt(0)),
    );
  } catch {
    return err("not_base64");
  }
}

/** Accepts an image by its size and its first bytes. */
export function acceptLogo(bytes: Uint8Array): Result<Logo, LogoProblem> {
  if (bytes.length > LOGO_BYTES_MAX) return err("too_large");
  const type = typeOf(bytes);
  return type === null ? err("not_an_image") : ok({ type, bytes });
}

/** Returns an image's canonical data URL, which contains nothing that would need escaping. */
export function dataUrlOf({ type, bytes }: Logo): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return `data:${type};base64,${btoa(binary)}`;
}

function typeOf(bytes: Uint8Array): LogoType | null {
  const has = (magic: readonly number[], at = 0) =>
    magic.every((byte, index) => bytes[at + index] === byte);
  if (has(PNG)) return "image/png";
  if (has(JPEG)) return "image/jpeg";
  return has(RIFF) && has(WEBP, 8) ? "image/webp" : null;
}
