// Draws what the benchmark found of envelope encryption: docs/envelope-speed.svg and, on dark paper,
// docs/envelope-speed-dark.svg. By hand: node scripts/plot-bench.mjs [FILE], of tests/.tmp/bench.json unless another is named.

import { readFileSync, writeFileSync } from "node:fs";
import { inTree } from "./lib/paths.mjs";
import { Fault, runMain, say } from "./lib/report.mjs";

const PANELS = [
  ["Node", "small"],
  ["Node", "large"],
  ["Chromium", "memory"],
];
const WAYS = ["encrypt", "decrypt"];
const OURS = "tabkms";

/** GitHub's paper in both of its themes: what stands across a line is set off by it. */
const THEMES = {
  "envelope-speed.svg": {
    paper: "#ffffff",
    ink: "#1c1b19",
    soft: "#5b5850",
    line: "#d9d5c9",
    ours: ["#0b5c94", "#5aa5da"],
    others: ["#8c877a", "#c2bdb0"],
  },
  "envelope-speed-dark.svg": {
    paper: "#0d1117",
    ink: "#eceae4",
    soft: "#a9a59a",
    line: "#3b4048",
    ours: ["#58b0ec", "#2a6f9f"],
    others: ["#8f8b81", "#5d5a53"],
  },
};

// Pixels of the picture as it stands in the README.
const WIDTH = 840;
const LEFT = 236;
const RIGHT = 664;
const HEAD = 62;
const TITLE = 46;
const BAR = 11;
const ROW = 2 * BAR + 15;
const GAP = 26;
const FOOT = 34;

/** Writes both pictures. @param {object} results as scripts/bench.mjs has them, `envelope` among them */
export function plotBench(results) {
  const panels = PANELS.map(([host, part]) => {
    const asked = results.envelope?.questions ?? [];
    const question = asked.find((question) => question.host === host && question.part === part);
    if (!question)
      throw new Fault("the results lack a part of envelope", "npm run bench -- envelope");
    return panelOf(question);
  });
  for (const [file, theme] of Object.entries(THEMES)) {
    writeFileSync(inTree("docs", file), picture(results, panels, theme));
  }
  return Object.keys(THEMES).map((file) => `docs/${file}`);
}

/** The limit, which is the fastest of the bare ones each way, and what is held beside it. */
function panelOf({ host, title, rows }) {
  const limit = { names: new Set() };
  for (const way of WAYS) {
    const bare = rows.filter((row) => row.role === "bare" && row[way]);
    const best = bare.sort((one, other) => other[way].rate - one[way].rate)[0];
    if (!best)
      throw new Fault(`no bare cryptography stands beside ${title}`, "npm run bench -- envelope");
    limit[way] = best[way].rate;
    limit.names.add(best.name.split(",")[0]);
  }
  const shown = rows.filter((row) => row.role === undefined);
  const bars = shown.map((row) => ({
    name: row.name,
    ...Object.fromEntries(WAYS.map((way) => [way, row[way]?.rate])),
  }));
  const openssl = rows.find((row) => row.name === "openssl speed");
  return { host, title, limit, bars, openssl };
}

function picture(results, panels, theme) {
  let top = HEAD;
  const parts = [heading(theme)];
  for (const panel of panels) {
    parts.push(drawn(panel, top, theme));
    top += TITLE + (panel.bars.length + 1) * ROW + GAP;
  }
  const height = top + FOOT - GAP;
  const machine = [
    results.processor,
    `${results.cores} cores`,
    `Node ${results.node.replace(/^v/, "")}`,
    `Chromium ${results.envelope.chromium.split(".")[0]}`,
  ].filter(Boolean);
  const foot = `${machine.join(" · ")} · medians of one run, all by turns`;
  parts.push(words(0, height - 8, foot, { fill: theme.soft, size: 12 }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="-apple-system, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif" role="img" aria-labelledby="title">`,
    `<title id="title">${escaped(inWords(panels))}</title>`,
    ...parts,
    "</svg>\n",
  ].join("\n");
}

function heading({ ink, soft, ours, others }) {
  const key = (x, at, label) => [
    rect(x, 30, 14, BAR, { fill: ours[at] }),
    rect(x + 17, 30, 14, BAR, { fill: others[at] }),
    words(x + 38, 40, label, { fill: soft, size: 13 }),
  ];
  return [
    words(0, 14, "AES-256-GCM in the Encryption SDK’s format, MB/s", {
      fill: ink,
      size: 16,
      weight: 600,
    }),
    ...key(0, 0, "encrypt"),
    ...key(108, 1, "decrypt"),
    line(216, 24, 46, { stroke: soft, dash: "3 3" }),
    words(
      224,
      40,
      "the limit: the platform’s bare AES-GCM, without any format; tabkms in % of it",
      {
        fill: soft,
        size: 13,
      },
    ),
  ].join("\n");
}

function drawn({ host, title, limit, bars, openssl }, top, theme) {
  const longest = Math.max(
    limit.encrypt,
    limit.decrypt,
    ...bars.flatMap((bar) => WAYS.map((way) => bar[way] ?? 0)),
  );
  const across = (rate) => (rate / longest) * (RIGHT - LEFT);
  const parts = [
    line(0, top, top, { x2: WIDTH, stroke: theme.line }),
    words(0, top + 21, `${host}: ${title}`, { fill: theme.ink, size: 14, weight: 600 }),
  ];
  if (openssl) {
    const rates = WAYS.map((way) => number(openssl[way].rate)).join(" and ");
    parts.push(
      words(WIDTH, top + 21, `openssl speed: ${rates}`, {
        fill: theme.soft,
        size: 12,
        anchor: "end",
      }),
    );
  }
  const first = top + TITLE;
  const end = first + bars.length * ROW + 2 * BAR + 4;
  for (const [at, way] of WAYS.entries()) {
    const x = LEFT + across(limit[way]);
    parts.push(line(x, first - 8, end, { stroke: theme.ours[at], dash: "3 3" }));
  }
  const limits = {
    name: `bare ${[...limit.names].join(", ")}`,
    encrypt: limit.encrypt,
    decrypt: limit.decrypt,
  };
  for (const [index, bar] of [...bars, limits].entries()) {
    const y = first + index * ROW;
    const isLimit = bar === limits;
    const isOurs = bar.name === OURS;
    const [name, ...more] = bar.name.split(", ");
    const label = { fill: isLimit ? theme.soft : theme.ink, size: 13, weight: isOurs ? 600 : 400 };
    const detail = more.join(", ");
    parts.push(words(0, y + (detail ? 8 : 16), name, label));
    if (detail) parts.push(words(0, y + 23, detail, { fill: theme.soft, size: 12 }));
    const colours = isOurs ? theme.ours : theme.others;
    for (const [at, way] of WAYS.entries()) {
      const rate = bar[way];
      if (rate === undefined) continue;
      const under = y + at * (BAR + 2);
      const width = Math.max(1.5, across(rate));
      const look = isLimit ? { fill: "none", stroke: theme.soft } : { fill: colours[at] };
      parts.push(rect(LEFT, under, width, BAR, look));
      const share = isOurs ? ` · ${Math.round((rate / limit[way]) * 100)} %` : "";
      const value = {
        fill: isOurs ? theme.ink : theme.soft,
        size: 12,
        weight: isOurs ? 600 : 400,
        halo: theme.paper,
      };
      parts.push(words(LEFT + width + 6, under + BAR - 1, `${number(rate)}${share}`, value));
    }
  }
  return parts.join("\n");
}

/** For whoever does not see it. */
function inWords(panels) {
  const rows = panels.map(({ host, title, limit, bars }) => {
    const each = [...bars, { name: "the limit", ...limit }].map((bar) => {
      const rates = WAYS.filter((way) => bar[way]).map((way) => `${way} ${number(bar[way])}`);
      return `${bar.name}: ${rates.join(", ")}`;
    });
    return `${host}, ${title}: ${each.join("; ")}.`;
  });
  return `MB/s. ${rows.join(" ")}`;
}

// ---- SVG ----

function rect(x, y, width, height, { fill, stroke }) {
  // A stroke lies on both sides of its line.
  const inset = stroke ? 0.5 : 0;
  const place = `x="${round(x + inset)}" y="${round(y + inset)}" width="${round(width - 2 * inset)}" height="${height - 2 * inset}"`;
  return `<rect ${place} rx="1.5" fill="${fill}"${stroke ? ` stroke="${stroke}"` : ""}/>`;
}

function line(x, y1, y2, { x2 = x, stroke, dash }) {
  return `<line x1="${round(x)}" y1="${y1}" x2="${round(x2)}" y2="${y2}" stroke="${stroke}"${dash ? ` stroke-dasharray="${dash}"` : ""}/>`;
}

function words(x, y, text, { fill, size, weight = 400, anchor = "start", halo }) {
  const under = halo ? ` stroke="${halo}" stroke-width="3" paint-order="stroke"` : "";
  return `<text x="${round(x)}" y="${y}" fill="${fill}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}"${under}>${escaped(text)}</text>`;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function number(rate) {
  return Math.round(rate).toLocaleString("en");
}

function round(value) {
  return Math.round(value * 10) / 10;
}

await runMain(import.meta.url, ([file = inTree("tests", ".tmp", "bench.json")]) => {
  for (const written of plotBench(JSON.parse(readFileSync(file, "utf8")))) say(`  ${written}`);
});
