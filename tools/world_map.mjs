// The risk map: Natural Earth's 50m countries, projected here (raw degrees smear Russia over the whole width)
// and simplified, as GeoJSON in plane coordinates for ECharts (aspectScale: 1).
import { geoEqualEarth } from "d3-geo";
import { geoProject } from "d3-geo-projection";
import { feature, merge } from "topojson-client";
import { presimplify, simplify } from "topojson-simplify";

const WIDTH = 1000;
const SMALLEST_TRIANGLE_DEGREES2 = 0.02;
// Natural Earth draws these apart but gives no ISO number.
const WITHOUT_NUMBER = { Kosovo: "XK" };

const names = Object.fromEntries(
  ["en", "zh-Hans"].map((language) => [language, new Intl.DisplayNames([language], { type: "region" })]),
);

// Unicode's region aliases turn ISO 3166 numbers into two letters ("840" → "US").
const alpha2 = (country) =>
  country.id ? Intl.getCanonicalLocales(`und-${country.id}`)[0].slice(4) : WITHOUT_NUMBER[country.properties.name];

const rounded = (coordinates) =>
  typeof coordinates[0] === "number"
    ? [Math.round(coordinates[0] * 10) / 10, Math.round(-coordinates[1] * 10) / 10]  // screens count downwards
    : coordinates.map(rounded);

const withoutRepeats = (ring) => ring.filter((point, i) => i === 0 || point[0] !== ring[i - 1][0] || point[1] !== ring[i - 1][1]);

const polygons = (geometry) => (geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates);

const drawn = (geometry) => {
  const all = polygons(geometry)
    .map((rings) => rings.map((ring) => withoutRepeats(rounded(ring))))
    .sort((a, b) => b[0].length - a[0].length);
  const visible = all.map((rings) => rings.filter((ring) => ring.length >= 4)).filter((rings) => rings.length);
  return { type: "MultiPolygon", coordinates: visible.length ? visible : [[square(all[0][0][0])]] };
};

// City states would vanish; they stay as a spot that can be pointed at.
const square = ([x, y]) => [[x - 1, y - 1], [x + 1, y - 1], [x + 1, y + 1], [x - 1, y + 1], [x - 1, y - 1]];

export const worldMap = (atlas) => {
  const simple = simplify(presimplify(atlas), SMALLEST_TRIANGLE_DEGREES2);
  const countries = simple.objects.countries.geometries.filter((country) => alpha2(country) && alpha2(country) !== "AQ");
  const projection = geoEqualEarth().fitWidth(WIDTH, { type: "Sphere" });
  const features = [...new Set(countries.map(alpha2))].sort().map((code) => {
    const parts = countries.filter((country) => alpha2(country) === code);
    const shape = parts.length === 1 ? feature(simple, parts[0]).geometry : merge(simple, parts);
    return {
      type: "Feature",
      id: code,
      properties: { iso2: code, name: names.en.of(code), name_zh: names["zh-Hans"].of(code) },
      geometry: drawn(geoProject(shape, projection)),
    };
  });
  return { type: "FeatureCollection", features };
};
