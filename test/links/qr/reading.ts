/** Reads drawn codes back: PNG through an independent decoder, SVG by painting its rectangles. */

import { convertIndexedToRgb, decode } from "fast-png";
import jsQR from "jsqr";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray;
}

export function pixelsOfPng(png: Uint8Array): Pixels {
  const image = decode(png, { checkCrc: true });
  const rgb = image.palette === undefined ? image.data : convertIndexedToRgb(image);
  const channels = rgb.length / (image.width * image.height);
  const rgba = new Uint8ClampedArray(image.width * image.height * 4).fill(255);
  for (let pixel = 0; pixel < image.width * image.height; pixel += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      rgba[pixel * 4 + channel] = rgb[pixel * channels + channel] ?? 0;
    }
  }
  return { width: image.width, height: image.height, rgba };
}

/** Paints an SVG code at `scale` pixels per module; a logo becomes a mid-grey square. */
export function pixelsOfSvg(svg: string, scale = 6): Pixels {
  const width = Number(/viewBox="0 0 (\d+) /.exec(svg)?.[1]) * scale;
  const rgba = new Uint8ClampedArray(width * width * 4).fill(255);
  const paint = (x: number, y: number, wide: number, high: number, color: string) => {
    const rgb = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
    for (let row = y * scale; row < (y + high) * scale; row += 1) {
      for (let column = x * scale; column < (x + wide) * scale; column += 1) {
        rgba.set(rgb, (row * width + column) * 4);
      }
    }
  };
  const [, background = "", path = "", ink = ""] =
    /<rect [^>]*fill="([^"]*)"\/><path d="([^"]*)" fill="([^"]*)"/.exec(svg) ?? [];
  paint(0, 0, width / scale, width / scale, background);
  for (const [, x, y, run] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\d+z/g)) {
    paint(Number(x), Number(y), Number(run), 1, ink);
  }
  const image = /<image x="([\d.]+)" y="([\d.]+)" width="(\d+)" height="(\d+)"/.exec(svg);
  const [x = 0, y = 0, wide = 0, high = 0] = image?.slice(1).map(Number) ?? [];
  paint(x, y, wide, high, "#808080");
  return { width, height: width, rgba };
}

/** Returns the text of the code in an image, or null if a reader finds none. */
export function readCode({ width, height, rgba }: Pixels): string | null {
  return jsQR(rgba, width, height)?.data ?? null;
}

export function pixelAt({ width, rgba }: Pixels, x: number, y: number): readonly number[] {
  return [...rgba.subarray((y * width + x) * 4, (y * width + x) * 4 + 3)];
}
