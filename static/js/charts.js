// Draws the charts of a page. Data comes from <script type="application/json">, colours from the style sheet,
// tooltips are drawn on the canvas (ECharts' HTML tooltips would write inline styles).
(() => {
  const drawn = new Map();
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--dw-${name}`).trim();
  const chinese = document.documentElement.lang.startsWith("zh");
  const grouped = (value, digits = 0) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    const text = Math.abs(value).toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    return value < 0 ? `(${text})` : text;
  };
  const short = (value) => {
    const size = Math.abs(value);
    const steps = chinese ? [[1e8, "亿"], [1e4, "万"]] : [[1e9, "bn"], [1e6, "m"], [1e3, "k"]];
    const step = steps.find(([limit]) => size >= limit);
    return step ? `${grouped(value / step[0], size / step[0] < 10 && value % step[0] ? 1 : 0)}${step[1]}` : grouped(value);
  };
  const colour = (token, index = 0) => (token === "bucket" ? css(`bucket-${index}`) : css(token));

  const base = (chart) => ({
    animation: false,
    aria: { enabled: false },
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: css("ink-soft"), fontSize: 11 },
    grid: { left: 8, right: 12, top: 28, bottom: 8, containLabel: true },
    tooltip: {
      renderMode: "richText", confine: true, trigger: "axis", axisPointer: { type: "shadow" },
      backgroundColor: css("surface"), borderColor: css("line"), textStyle: { color: css("ink"), fontSize: 12 },
      valueFormatter: (value) => `${grouped(value, chart.extra.digits || 0)} ${chart.unit}`,
    },
    legend: { show: chart.series.length > 1, top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: css("ink-soft") } },
  });
  const axis = (extra = {}) => ({
    axisLine: { lineStyle: { color: css("line") } }, axisTick: { show: false },
    axisLabel: { color: css("ink-soft"), hideOverlap: true }, splitLine: { lineStyle: { color: css("line-soft") } }, ...extra,
  });
  const values = (extra = {}) => axis({ type: "value", axisLabel: { color: css("ink-soft"), formatter: short }, ...extra });

  const kinds = {
    buckets: (chart) => ({
      ...base(chart),
      xAxis: axis({ type: "category", data: chart.labels, axisLabel: { color: css("ink-soft"), interval: 0 } }),
      yAxis: values(),
      series: [{
        type: "bar", name: chart.series[0].name, barMaxWidth: 56,
        data: chart.series[0].values.map((value, i) => ({ value, itemStyle: { color: css(`bucket-${i}`) } })),
        label: { show: true, position: "top", color: css("ink"), formatter: ({ value }) => short(value) },
      }],
    }),
    columns: (chart) => ({
      ...base(chart),
      xAxis: axis({ type: "category", data: chart.labels }),
      yAxis: [values(), values({ show: false, splitLine: { show: false } })],
      series: chart.series.map((series) => ({
        name: series.name, data: series.values, type: series.as_line ? "line" : "bar",
        stack: series.as_line ? undefined : "all", symbol: "none", barCategoryGap: "25%", step: series.as_line === "step" ? "end" : false,
        lineStyle: { width: 2, type: series.as_line === "dashed" ? "dashed" : "solid" },
        itemStyle: { color: colour(series.colour) },
      })),
    }),
    areas: (chart) => ({
      ...base(chart),
      xAxis: axis({ type: "category", data: chart.labels, boundaryGap: false }),
      yAxis: values(),
      series: chart.series.map((series) => ({
        name: series.name, data: series.values, type: "line", stack: "all", symbol: "none",
        areaStyle: { opacity: 0.75 }, lineStyle: { width: 0.5 }, itemStyle: { color: colour(series.colour) },
      })),
    }),
    lateness: (chart) => {
      const median = chart.extra.median;
      return {
        ...base(chart),
        tooltip: {
          ...base(chart).tooltip, trigger: "item",
          formatter: ({ data }) => (data && data.words ? data.words.join("\n") : ""),
        },
        xAxis: axis({ type: "time", axisLabel: { color: css("ink-soft"), formatter: "{yyyy}-{MM}", hideOverlap: true } }),
        yAxis: values({ axisLabel: { color: css("ink-soft") } }),
        series: [
          ...chart.series.map((series) => ({
            name: series.name, type: "scatter", itemStyle: { color: colour(series.colour), opacity: 0.75 },
            data: series.values.map((point) => ({ value: [point.date, point.days], words: point.words, url: point.url, symbolSize: point.size })),
          })),
          {
            name: chart.extra.trend_name, type: "line", symbol: "none", step: false, data: chart.extra.trend,
            lineStyle: { color: css("ink"), width: 1.5 }, itemStyle: { color: css("ink") },
            markLine: median === null ? undefined : {
              silent: true, symbol: "none", lineStyle: { color: css("accent"), type: "dashed" },
              label: { formatter: chart.extra.median_words, position: "insideStartTop", color: css("accent") }, data: [{ yAxis: median }],
            },
          },
        ],
      };
    },
    waterfall: (chart) => ({
      ...base(chart),
      legend: { show: true, top: 0, left: 0, itemWidth: 12, itemHeight: 8, textStyle: { color: css("ink-soft") }, data: chart.series.slice(1).map((series) => series.name) },
      xAxis: values({ max: 100 }),
      yAxis: axis({ type: "category", data: chart.labels, inverse: true }),
      series: chart.series.map((series, i) => ({
        name: series.name, type: "bar", stack: "all", data: series.values, barMaxWidth: 18,
        itemStyle: { color: i === 0 ? "transparent" : colour(series.colour) },
        label: { show: i === 1, position: "insideRight", color: css("surface"), formatter: ({ value }) => (value >= 4 ? grouped(value, 1) : "") },
        tooltip: { show: i !== 0 },
      })),
    }),
    grades: (chart) => ({
      ...base(chart),
      grid: { ...base(chart).grid, right: 40 },
      xAxis: axis({ type: "category", data: chart.labels, boundaryGap: false }),
      yAxis: values({ min: 0, max: 100, axisLabel: { color: css("ink-soft") } }),
      series: [{
        name: chart.series[0].name, type: "line", data: chart.series[0].values, symbolSize: 4,
        itemStyle: { color: css("accent") },
        markLine: {
          silent: true, symbol: "none", lineStyle: { color: css("line"), type: "solid" },
          label: { position: "insideEndTop", color: css("ink-soft"), formatter: ({ name }) => name },
          data: chart.extra.thresholds.map(([name, value]) => ({ name, yAxis: value })),
        },
      }],
    }),
    map: (chart) => ({
      ...base(chart),
      tooltip: {
        ...base(chart).tooltip, trigger: "item",
        formatter: ({ name, data }) => (data ? data.words.join("\n") : chart.extra.names[name] || ""),
      },
      visualMap: {
        type: "piecewise", left: 0, bottom: 0, itemWidth: 12, itemHeight: 10, textStyle: { color: css("ink-soft"), fontSize: 11 },
        pieces: chart.extra.pieces.map((piece) => ({ ...piece, color: colour(piece.colour) })),
      },
      series: [{
        type: "map", map: "world", nameProperty: "iso2", aspectScale: 1, roam: false, left: 4, right: 4, top: 4, bottom: 4,
        selectedMode: false, showLegendSymbol: false, data: chart.series[0].values,
        itemStyle: { areaColor: css("line-soft"), borderColor: css("surface"), borderWidth: 0.6 },
        emphasis: { label: { show: false }, itemStyle: { areaColor: css("accent") } }, label: { show: false },
      }],
    }),
  };

  const open = (chart, params) => {
    const url = (params.data && params.data.url) || chart.urls[params.dataIndex];
    if (url) window.location.assign(url);
  };

  const prepare = async (figure, chart) => {
    if (chart.kind !== "map") return;
    const world = await (await fetch(figure.dataset.map)).json();
    chart.extra.names = Object.fromEntries(world.features.map(({ properties: p }) => [p.iso2, chinese ? p.name_zh : p.name]));
    window.echarts.registerMap("world", world);
  };

  const draw = async (figure) => {
    const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
    const canvas = figure.querySelector(".chart-canvas");
    await prepare(figure, chart);
    const instance = window.echarts.init(canvas, null, { renderer: "canvas" });
    instance.setOption(kinds[chart.kind](chart));
    instance.on("click", (params) => open(chart, params));
    drawn.set(canvas, { instance, chart });
    canvas.dataset.drawn = "true";
  };

  const drawAll = (root) => {
    for (const [canvas, { instance }] of drawn) if (!canvas.isConnected) { instance.dispose(); drawn.delete(canvas); }
    for (const figure of root.querySelectorAll("figure[data-chart]")) {
      const canvas = figure.querySelector(".chart-canvas");
      if (!drawn.has(canvas)) draw(figure).catch(() => { figure.querySelector("details").open = true; canvas.hidden = true; });
    }
  };

  document.addEventListener("duewatch:theme", () => {
    for (const { instance, chart } of drawn.values()) instance.setOption(kinds[chart.kind](chart), true);
  });
  window.addEventListener("resize", () => { for (const { instance } of drawn.values()) instance.resize(); });
  document.addEventListener("htmx:afterSettle", () => drawAll(document));
  drawAll(document);
})();
