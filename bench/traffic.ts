/** Visitors as they come: the same ones in every run. */

export interface Visit {
  /** 1 is the most visited link. */
  readonly link: number;
  readonly address: string;
  readonly userAgent: string;
  readonly referer: string | null;
  readonly country: string;
  readonly city: string;
}

const BROWSERS = [
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36",
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0",
  "Mozilla/5.0 (Linux; Android 14; SM-S911B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36",
  "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
  "Mozilla/5.0 (iPad; CPU OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
];
const PLACES = [
  ["US", "New York"],
  ["DE", "Berlin"],
  ["GB", "London"],
  ["UA", "Kyiv"],
  ["FR", "Paris"],
  ["IN", "Mumbai"],
  ["BR", "São Paulo"],
  ["PL", "Warsaw"],
  ["NL", "Amsterdam"],
  ["ES", "Madrid"],
  ["US", "Chicago"],
  ["CA", "Toronto"],
  ["JP", "Tokyo"],
  ["IT", "Milan"],
  ["AU", "Sydney"],
  ["SE", "Stockholm"],
] as const;
const REFERERS = [
  null,
  "https://www.instagram.com/",
  "https://t.co/AbCdEf",
  "https://www.google.com/",
  "https://www.facebook.com/",
  "https://www.linkedin.com/feed/",
  "https://news.ycombinator.com/item?id=1",
  "https://www.youtube.com/watch?v=x",
  "https://example.com/blog/post",
];

/** Uniform numbers from 0 and below 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word = (word + Math.imul(word ^ (word >>> 7), word | 61)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Draws 1 to n by Zipf's law: the second is drawn half as often as the first, the third a third. */
export function zipfOf(n: number, random: () => number): () => number {
  const sums = new Float64Array(n);
  let sum = 0;
  for (let rank = 1; rank <= n; rank++) {
    sum += 1 / rank;
    sums[rank - 1] = sum;
  }
  return () => {
    const wanted = random() * sum;
    let [from, to] = [0, n - 1];
    while (from < to) {
      const middle = (from + to) >>> 1;
      if ((sums[middle] ?? 0) <= wanted) from = middle + 1;
      else to = middle;
    }
    return from + 1;
  };
}

/** Gives visits to so many links by so many people, each with one browser and one place. */
export function visitsOf(links: number, people: number, seed: number): () => Visit {
  const random = randomOf(seed);
  const drawLink = zipfOf(links, random);
  const drawBrowser = zipfOf(BROWSERS.length, random);
  const drawPlace = zipfOf(PLACES.length, random);
  const drawReferer = zipfOf(REFERERS.length, random);
  const browsers = Uint8Array.from({ length: people }, () => drawBrowser() - 1);
  const places = Uint8Array.from({ length: people }, () => drawPlace() - 1);
  return () => {
    const person = Math.floor(random() * people);
    const [country, city] = PLACES[places[person] ?? 0] ?? PLACES[0];
    return {
      link: drawLink(),
      address: `10.${person >>> 16}.${(person >>> 8) & 255}.${person & 255}`,
      userAgent: BROWSERS[browsers[person] ?? 0] ?? "",
      referer: REFERERS[drawReferer() - 1] ?? null,
      country,
      city,
    };
  };
}
