// Draws the table after each [data-chart] with uPlot; the table stays for those without.
"use strict";
(() => {
  const read = (table) => {
    const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
    const columns = heads.map(() => []);
    for (const row of table.tBodies[0].rows) {
      [...row.cells].forEach((cell, index) => {
        const text = cell.dataset.value;
        columns[index].push(text === "" || text === undefined ? null : Number(text));
      });
    }
    return { heads, columns };
  };

  const colours = ["--pp-accent", "--pp-warn", "--pp-bad", "--pp-good"];

  const draw = (box) => {
    const table = document.getElementById(box.dataset.chart);
    if (!table || !window.uPlot) return;
    const { heads, columns } = read(table);
    const css = getComputedStyle(document.documentElement);
    const ink = css.getPropertyValue("--pp-muted");
    const line = { stroke: css.getPropertyValue("--pp-line"), width: 1 };
    const series = heads.map((label, index) => index === 0 ? { label: "UTC", value: (_, at) => at === null ? "–" : new Date(at * 1000).toISOString().slice(0, 16).replace("T", " ") } : {
      label,
      stroke: css.getPropertyValue(colours[(index - 1) % colours.length]),
      width: 1.6,
      points: { size: 5 },
      spanGaps: true,
    });
    const axis = { stroke: ink, grid: line, ticks: line, font: "12px system-ui" };
    const two = (number) => String(number).padStart(2, "0");
    const day = (date) => `${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
    const clock = (date) => `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
    const times = (_, splits) => splits.map((seconds, index) => {
      const date = new Date(seconds * 1000);
      const before = index ? new Date(splits[index - 1] * 1000) : null;
      const short = splits.length > 1 && splits[1] - splits[0] < 86400;
      if (!short) return day(date);
      const fine = splits.length > 1 && splits[1] - splits[0] < 60;
      const time = fine ? `${clock(date)}:${two(date.getUTCSeconds())}` : clock(date);
      return before && day(before) === day(date) ? time : `${time}\n${day(date)}`;
    });
    box.textContent = "";
    const chart = new uPlot({
      width: box.clientWidth,
      height: 200,
      series,
      axes: [{ ...axis, values: times }, { ...axis, size: 64, values: (_, splits) => splits.map((ms) => `${ms} ms`) }],
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
      scales: { x: { time: true }, y: { range: (_, low, high) => [0, high > 0 ? high * 1.1 : 1] } },
    }, columns, box);
    new ResizeObserver(() => chart.setSize({ width: box.clientWidth, height: 200 })).observe(box);
  };

  document.querySelectorAll("[data-chart]").forEach(draw);
})();
